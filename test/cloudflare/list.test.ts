import { expect, test } from "vitest";
import { readList, type ReadableList } from "../../src/cloudflare/list.ts";

/** A namespace whose reads end as `read` says; in bulk when it is given several keys. */
function namespace(
  read: (keys: string[]) => Promise<unknown>,
): ReadableList & { asked: number } {
  const list = {
    asked: 0,
    get: (key: string | string[]) => {
      list.asked += 1;
      return read([key].flat()).then((value) =>
        Array.isArray(key) ? new Map(key.map((one) => [one, value])) : value,
      );
    },
  };
  return list as unknown as ReadableList & { asked: number };
}

const never = () => new Promise<never>(() => undefined);

test("all keys are read in one operation", async () => {
  const list = namespace(async () => "allow");
  expect(await readList(list, ["a", "b"], 1000)).toEqual({
    values: new Map([
      ["a", "allow"],
      ["b", "allow"],
    ]),
    problem: null,
  });
  expect(list).toMatchObject({ asked: 1 });
});

test("a key that breaks the bulk read costs only itself", async () => {
  const list = namespace(async (keys) => {
    if (keys.includes("huge")) throw new Error("value too large");
    return "allow";
  });
  const answer = await readList(list, ["a", "huge"], 1000);
  expect(answer.values).toEqual(new Map([["a", "allow"]]));
  expect(answer.problem).toBe("huge: Error: value too large");
});

test("a list that does not answer in time has failed, and is not asked again key by key", async () => {
  const list = namespace(never);
  const answer = await readList(list, ["a", "b"], 20);
  expect(answer).toEqual({
    values: new Map(),
    problem: "no answer within the deadline",
  });
  expect(list).toMatchObject({ asked: 1 });
});
