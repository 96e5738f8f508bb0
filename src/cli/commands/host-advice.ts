import { siteKey } from "../../customer/keys.ts";
import { hostFor, type OriginHost } from "../../customer/origin-host.ts";
import type { Site } from "../../customer/site.ts";
import type { Answer } from "./ask-once.ts";
import type { Finding } from "./findings.ts";

/** What an origin said to a GET of `/` under one Host. */
export type HostAnswer =
  | Pick<
      Extract<Answer, { kind: "answered" }>,
      "kind" | "status" | "location" | "body"
    >
  | Pick<Extract<Answer, { kind: "failed" }>, "kind" | "problem">;

/** The answers by setting: that of the record, and the two that need no name. */
export type HostAnswers = readonly {
  setting: OriginHost;
  answer: HostAnswer;
}[];

/** The settings that a probe tries for a site. */
export function settingsToTry({ originHost }: Site): readonly OriginHost[] {
  const plain: OriginHost[] = [{ kind: "origin" }, { kind: "visitor" }];
  return originHost.kind === "name" ? [originHost, ...plain] : plain;
}

/** A host that a site's pattern stands for. */
export function exampleHost(pattern: string): string {
  return pattern.replace(/^\*\./, "www.");
}

/** What a site's answers say of the Host that its origins should be asked with. */
export function hostFindings(
  pattern: string,
  site: Site,
  answers: HostAnswers,
): Finding[] {
  const key = siteKey(pattern);
  const verdicts = answers.map(({ setting, answer }) => ({
    setting,
    answer,
    fault: faultOf(answer, exampleHost(pattern), site),
  }));
  const current = verdicts.find(
    ({ setting }) => setting.kind === site.originHost.kind,
  );
  const others = verdicts.filter((one) => one !== current);
  if (current === undefined) return [];
  const better = others.find(({ fault }) => fault === null);
  if (current.fault !== null)
    return [
      {
        weight: current.answer.kind === "failed" ? "remark" : "problem",
        key,
        finding:
          better === undefined
            ? `asked with ${formatSetting(current.setting)}, its origin ${current.fault}, and with no other Host that was tried it does better`
            : `asked with ${formatSetting(current.setting)}, its origin ${current.fault}; with ${formatSetting(better.setting)} it does not: ${command(pattern, better.setting)}`,
      },
    ];
  // Who has set another Host has chosen.
  const other = others.find(
    ({ answer, fault }) =>
      site.originHost.kind === "origin" &&
      fault === null &&
      differ(current.answer, answer),
  );
  return other === undefined
    ? []
    : [
        {
          weight: "remark",
          key,
          finding: `asked with ${formatSetting(current.setting)}, its origin answers ${summary(current.answer)}, and with ${formatSetting(other.setting)} ${summary(other.answer)}; if that is the customer's site: ${command(pattern, other.setting)}`,
        },
      ];
}

/** Why a visitor would not get on with this answer, as the end of a sentence about the origin; null when nothing speaks against it. */
function faultOf(
  answer: HostAnswer,
  host: string,
  { origins }: Site,
): string | null {
  if (answer.kind === "failed") return `does not answer (${answer.problem})`;
  const { status, location, body } = answer;
  if (status === 400 || status === 421) return `answers ${status}`;
  const target =
    location === null ? null : URL.parse(location, `http://${host}`);
  const own = origins.flatMap((origin) => URL.parse(origin) ?? []);
  const names = [host, ...own.map(({ hostname }) => hostname)];
  if (
    status >= 300 &&
    status <= 399 &&
    target !== null &&
    names.includes(target.hostname) &&
    target.pathname + target.search === "/"
  )
    return `redirects / to ${location}, which is the URL that was asked for`;
  const named = own.find(({ host: name }) => hasHost(body, name));
  return named === undefined
    ? null
    : `names itself in its page (//${named.host}), which leads visitors around this edge`;
}

/** Does a URL in this text have that host? */
function hasHost(text: string, host: string): boolean {
  const at = text.toLowerCase().indexOf(`//${host}`);
  return at !== -1 && !/^[\w.:-]/.test(text.slice(at + 2 + host.length));
}

/** Two sites rather than two moments of one. */
function differ(one: HostAnswer, other: HostAnswer): boolean {
  return (
    one.kind === "answered" &&
    other.kind === "answered" &&
    other.status < 400 &&
    (one.status >= 400 || titleOf(one.body) !== titleOf(other.body))
  );
}

function titleOf(body: string): string {
  return /<title[^>]*>\s*([^<]*?)\s*</i.exec(body)?.[1]?.slice(0, 60) ?? "";
}

function summary(answer: HostAnswer): string {
  if (answer.kind === "failed") return "nothing";
  const title = titleOf(answer.body);
  return title === ""
    ? String(answer.status)
    : `${answer.status} ${JSON.stringify(title)}`;
}

function formatSetting(setting: OriginHost): string {
  switch (setting.kind) {
    case "origin":
      return "its own Host";
    case "visitor":
      return "the visitor's Host";
    case "name":
      return `the Host ${setting.host}`;
  }
}

function command(pattern: string, setting: OriginHost): string {
  const value = hostFor(setting, "visitor") ?? "origin";
  const name = pattern.startsWith("*") ? `'${pattern}'` : pattern;
  return `npx portcullis change ${name} --origin-host ${value}`;
}
