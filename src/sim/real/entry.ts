/** The field with which a request tells the Worker who asks and since when the scenario's clock goes. */
export const runField = "portcullis-run";

/**
 * A module that runs in front of the production bundle, which stays as it is. It sets the isolate's clock to the scenario's, sets
 * the visitor's country, and hands the Worker a customer list that the simulator answers for: Workers KV as this machine
 * runs it is always of one mind.
 */
export const entry = `
import worker from "./worker.js";

const machineNow = Date.now;
const machineTimeout = globalThis.setTimeout;
let goes = false;

function setClock({ startMs, scale }, beganAtMs) {
  goes = true;
  Date.now = () => Math.floor(startMs + (machineNow() - beganAtMs) * scale);
  globalThis.setTimeout = (run, ms, ...more) =>
    machineTimeout(run, ms / scale, ...more);
}

const listOf = (service) => ({
  async get(key) {
    const answer = await service.fetch("http://list/", { method: "POST", body: key });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(await answer.text());
    return answer.body;
  },
});

export default {
  fetch(request, env, context) {
    const { country, beganAtMs } = JSON.parse(request.headers.get("${runField}"));
    if (!goes && beganAtMs !== null) setClock(env.CLOCK, beganAtMs);
    const headers = new Headers(request.headers);
    headers.delete("${runField}");
    return worker.fetch(
      new Request(request, { headers, cf: { country } }),
      { ...env, CUSTOMERS: listOf(env.LIST) },
      context,
    );
  },
};
`;
