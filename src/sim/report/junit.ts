import type { Result } from "../result.ts";
import { markup, type Markup } from "../../markup.ts";

/** One test case per assertion, in the form that build servers read as JUnit's. */
export function junit(result: Result): string {
  const { assertions, scenario, startedAtMs, endedAtMs } = result;
  const failures = assertions.filter(({ passed }) => !passed).length;
  const figures = markup`tests="${assertions.length}" failures="${failures}" errors="0" skipped="0" time="${(endedAtMs - startedAtMs) / 1000}"`;
  const started = new Date(startedAtMs).toISOString().slice(0, 19);
  return printable(markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="portcullis simulate" ${figures}>
<testsuite name="${scenario.title}" timestamp="${started}" ${figures}>
<properties>
<property name="scenario" value="${scenario.name}"/>
<property name="runtime" value="${result.runtime}"/>
<property name="seed" value="${result.seed}"/>
<property name="partial" value="${String(result.partial)}"/>
</properties>
${assertions.map((assertion) => testCase(assertion, scenario.name))}</testsuite>
</testsuites>
`);
}

function testCase(
  { text, passed, found }: Result["assertions"][number],
  scenario: string,
): Markup {
  const outcome = passed
    ? markup`<system-out>found: ${found}</system-out>`
    : markup`<failure message="found: ${found}" type="assertion">expected: ${text}
found: ${found}</failure>`;
  return markup`<testcase classname="${scenario}" name="${text}">${outcome}</testcase>
`;
}

/** XML 1.0 §2.2: some characters may stand in no document, not even escaped. */
function printable(xml: Markup): string {
  return xml
    .toString()
    .toWellFormed()
    .replace(
      // oxlint-disable-next-line no-control-regex
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,
      "\ufffd",
    );
}
