import {
  cacheControlOf,
  pathOf,
  plainRequest,
  plainResource,
  plainSite,
  type History,
  type Policy,
  type RequestStep,
  type Resource,
  type Step,
} from "./history.ts";

/** A history for people, one line each for resources and steps; what is as usual is left out. */
export function printed({ isolates, site, resources, steps }: History): string {
  const differing = differences(site, plainSite);
  let atMs = 0;
  return [
    ...(isolates === 1 ? [] : [`${isolates} isolates`]),
    ...(differing === "" ? [] : [`site ${differing}`]),
    ...resources.map(
      (resource, index) => `${pathOf(index)} ${printedResource(resource)}`,
    ),
    ...steps.map((step) => {
      atMs += step.waitMs;
      return `${String(atMs).padStart(7)} ms  ${printedStep(step)}`;
    }),
  ].join("\n");
}

function printedResource(resource: Resource): string {
  const { policies } = resource;
  const policy = policies.map(printedPolicy).join(" then ");
  const rest = differences(resource, { ...plainResource, policies });
  return `${policy} ${rest}`.trimEnd();
}

function printedPolicy(policy: Policy): string {
  const directives = cacheControlOf(policy);
  const expires =
    policy.expires === null ? "" : ` Expires in ${policy.expires} s`;
  return `"${directives ?? ""}${expires}"`;
}

function printedStep(step: Step): string {
  switch (step.kind) {
    case "request":
      return printedRequest(step);
    case "write": {
      const group = step.invalidatesGroup ? ", invalidates the group" : "";
      const by = step.isolate === 0 ? "" : ` by isolate ${step.isolate}`;
      return `${step.method} ${pathOf(step.resource)}: ${step.outcome}${group}${by}`;
    }
    case "change":
      return `${pathOf(step.resource)} changes at the origin`;
    case "fault":
      return `the origin: ${step.fault}`;
    case "purge":
      return `purge ${step.how} ${JSON.stringify(step.what)}${within(step.inMs)}`;
    case "drop":
      return `drop${within(step.inMs)}${step.forMs === null ? "" : ` for ${step.forMs} ms`}`;
    case "restore":
      return step.dated ? "restore with effectiveAt" : "restore";
    case "restart":
      return "the isolates begin anew";
    case "clock":
      return `the edge's clock is set by ${step.byMs / 1000} s`;
    case "pop-cache":
      return `the PoP cache: ${step.state}`;
  }
}

function within(ms: number | null): string {
  return ms === null || ms === 0 ? "" : ` in ${ms} ms`;
}

function printedRequest(step: RequestStep): string {
  const { method, resource, copies } = step;
  const times = copies === 1 ? "" : `${copies} × `;
  const rest = differences(step, { ...plainRequest, method, resource, copies });
  return `${times}${method} ${pathOf(resource)} ${rest}`.trimEnd();
}

/** What of a value is not as usual; members that the usual has not are left out. */
function differences(value: object, plain: object): string {
  const usual = new Map(Object.entries(plain));
  return Object.entries(value)
    .filter(
      ([name, one]) =>
        usual.has(name) &&
        JSON.stringify(one) !== JSON.stringify(usual.get(name)),
    )
    .map(([name, one]) => `${name}=${JSON.stringify(one)}`)
    .join(" ");
}
