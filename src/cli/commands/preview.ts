import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Option } from "commander";
import { apply, keysOf } from "../../customer/apply.ts";
import { parseCommand } from "../../customer/command.ts";
import type { DenyVerb } from "../../customer/command-form.ts";
import type { Verdict } from "../../customer/decide.ts";
import { standingKey } from "../../customer/keys.ts";
import type { Denial } from "../../customer/standing.ts";
import { denialOf, stateOf } from "../../customer/state.ts";
import { fieldsOf } from "../../http/fields.ts";
import { pageFormats, type PageFormat } from "../../page/choose-format.ts";
import { languages } from "../../page/locales/all.ts";
import type { Operator } from "../../page/operator.ts";
import { renderPage } from "../../page/render.ts";
import type { Parsed } from "../../parse/parsed.ts";
import {
  addAllTerms,
  denyInputFrom,
  type DenyOptions,
} from "./deny-options.ts";
import { formatVerdict, refusalOf } from "./describe.ts";
import { sitesOf } from "./list-records.ts";
import { customerArgument, example } from "./options.ts";
import { failed, type Define, type Report, type Session } from "./session.ts";
import { findCustomer, findSimilar } from "./target.ts";
import { parseVisitedUrl } from "./visited-url.ts";

interface PreviewOptions extends DenyOptions {
  language: string;
  format: FormatName;
  output?: string;
}

const formats = {
  html: "text/html",
  problem: "application/problem+json",
  json: "application/json",
  markdown: "text/markdown",
  text: "text/plain",
} as const satisfies Record<string, PageFormat>;

type FormatName = keyof typeof formats;

const endings: Readonly<Record<PageFormat, string>> = {
  "text/html": "html",
  "application/problem+json": "problem.json",
  "application/json": "json",
  "text/markdown": "md",
  "text/plain": "txt",
};

export const definePreview: Define = (program, run) => {
  const command = program
    .command("preview")
    .description(
      "show the page that visitors would get, and change nothing: by the terms given, else by the denial in the list, else by a bare drop",
    )
    .argument("<customer>", customerArgument);
  addAllTerms(command)
    .addOption(
      new Option("--language <tag>", "what language the visitor reads")
        .choices(languages)
        .default("en"),
    )
    .addOption(
      new Option("--format <format>", "what the visitor's program asks for")
        .choices(Object.keys(formats))
        .default("text"),
    )
    .option(
      "--output <folder>",
      "write the page in all languages and formats to files there",
    )
    .addHelpText(
      "after",
      example(
        "preview forum --ground policy --reason 'Repeated incitement to violence'",
        "preview forum --format html --language ar > page.html",
        "preview forum --authority 'Regional Court of Example' --output pages",
      ),
    )
    .action((target: string, options: PreviewOptions) =>
      run((session) => preview(session, target, options)),
    );
};

async function preview(
  session: Session,
  target: string,
  options: PreviewOptions,
): Promise<Report> {
  const { nowMs } = session;
  const customer = await findCustomer(session, target);
  if (!customer.ok) return failed(customer.problem);
  // Wrangler, which reads its file, takes half a second to load.
  const { edgeOperator } = await import("../local-variables.ts");
  const operator = edgeOperator(session.store.kind);
  if (!operator.ok) return failed(operator.problem);
  const denial = await denialFor(session, customer.value, options);
  if (!denial.ok) return failed(denial.problem);
  const host = await hostFor(session, { target, customer: customer.value });
  if (!host.ok) return failed(host.problem);
  // A notice is shown as it will be read when it has come.
  const atMs = Math.max(nowMs, denial.value.effectiveAtMs ?? nowMs);
  const refusal = refusalOf(denial.value, atMs);
  if (refusal.kind !== "refuse")
    return failed(`visitors are not refused: ${formatVerdict(refusal)}`);
  const page = {
    refusal,
    host: host.value,
    operator: operator.value,
    nowMs: atMs,
  };
  const { language, format, output } = options;
  if (output !== undefined) return writeAll(page, output);
  const { status, fields, body } = rendered(page, {
    language,
    type: formats[format],
  });
  return {
    exit: "done",
    json: {
      outcome: "preview",
      status,
      fields: Object.fromEntries(fields),
      body,
    },
    text: body,
    isOutput: true,
  };
}

interface Page {
  refusal: Extract<Verdict, { kind: "refuse" }>;
  host: string;
  operator: Operator;
  nowMs: number;
}

function rendered(
  { refusal, host, operator, nowMs }: Page,
  { language, type }: { language: string; type: PageFormat },
) {
  const fields = fieldsOf([
    ["accept", type],
    ["accept-language", language],
  ]);
  const page = renderPage(
    { ...refusal, kind: "dropped", host },
    { method: "GET", fields, base: `https://${host}`, pop: null },
    operator,
    nowMs,
  );
  return { ...page, body: page.body ?? "" };
}

async function writeAll(page: Page, folder: string): Promise<Report> {
  const files = languages.flatMap((language) =>
    pageFormats.map((type) => ({
      name: `${language}.${endings[type]}`,
      text: rendered(page, { language, type }).body,
    })),
  );
  const write = async () => {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of files)
      await writeFile(join(folder, name), text);
  };
  return write().then(
    () => ({
      exit: "done",
      json: {
        outcome: "written-to-files",
        folder,
        files: files.map(({ name }) => name),
      },
      text: `${files.length} files in ${folder}: ${languages.join(", ")}, each as ${Object.values(endings).join(", ")}`,
    }),
    (error: unknown) => failed(`${folder} cannot be written: ${String(error)}`),
  );
}

/** By the terms given, else as the list has it. */
async function denialFor(
  session: Session,
  customer: string,
  options: PreviewOptions,
): Promise<Parsed<Denial>> {
  const { store, nowMs } = session;
  const input = denyInputFrom(verbFor(options), options, nowMs);
  if (!input.ok) return input;
  // The page says what the list would, whatever stands in the way of writing it.
  const command = parseCommand({ ...input.value, customer, force: true });
  if (!command.ok) return command;
  const records = await store.read(keysOf(command.value));
  if (!records.ok) return records;
  const key = standingKey(customer);
  const standing = denialOf(
    stateOf(customer, records.value.get(key) ?? null, nowMs),
  );
  if ((records.value.get(key) ?? null) === null) {
    const sites = await sitesOf(command.value, store);
    if (!sites.ok) return sites;
    if (sites.value?.length === 0) return findSimilar(session, customer);
  }
  if (standing !== null && !hasTerms(input.value))
    return { ok: true, value: standing };
  const result = apply(records.value, command.value, nowMs);
  if (result.kind === "refused") return { ok: false, problem: result.problem };
  const denial = denialOf(
    stateOf(customer, result.writes.get(key) ?? null, nowMs),
  );
  return denial === null
    ? { ok: false, problem: `${key} would deny nothing` }
    : { ok: true, value: denial };
}

function hasTerms(input: object): boolean {
  return Object.entries(input).some(
    ([name, value]) => name !== "kind" && value !== undefined,
  );
}

function verbFor({ authority, until, for: lasts }: DenyOptions): DenyVerb {
  if (authority !== undefined) return "withhold";
  return until === undefined && lasts === undefined ? "drop" : "suspend";
}

/** The host that is named, or one of the customer's. */
async function hostFor(
  { store }: Session,
  { target, customer }: { target: string; customer: string },
): Promise<Parsed<string>> {
  const url = parseVisitedUrl(target, { method: "GET", country: null });
  if (target !== customer && url.ok)
    return { ok: true, value: url.value.visit.host };
  const hosts = await sitesOf(
    { kind: "restore", customer, force: false },
    store,
  );
  if (!hosts.ok) return hosts;
  const [first = `${customer}.example`] = hosts.value ?? [];
  return { ok: true, value: first.replace("*", "www") };
}
