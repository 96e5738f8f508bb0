import { isMap, isNode, LineCounter, parseDocument, type Node } from "yaml";

export type Path = readonly (string | number)[];

/** A YAML document's value, and where in the text a member of it stands. */
export interface ReadYaml {
  value: unknown;
  /** "12:3: …" for a text that is no YAML; null when it is. */
  problem: string | null;
  /** "12:3" of that member, of its name when the value is not there, of what should hold it otherwise. */
  place(path: Path): string;
}

export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const [error] = document.errors;
  return {
    value: error === undefined ? document.toJS() : null,
    problem:
      error === undefined ? null : `${at(error.pos[0])}: ${error.message}`,
    place: (path) => at(offsetOf(document.contents, path)),
  };
}

function offsetOf(top: unknown, path: Path): number {
  let node = top;
  let offset = startOf(top);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => String(isNode(key) ? key : "") === String(step),
      );
      if (pair === undefined) return offset;
      offset = startOf(pair.key);
      node = pair.value;
    } else {
      const item: unknown = isNode(node)
        ? (node as Node & { items?: unknown[] }).items?.[Number(step)]
        : undefined;
      if (item === undefined) return offset;
      offset = startOf(item);
      node = item;
    }
  }
  return offset;
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
