/** Works through items in their order, so many of them at once. */
export async function inBatches<Item, Done>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<Done>,
): Promise<Done[]> {
  const done: Done[] = [];
  for (let start = 0; start < items.length; start += size)
    done.push(
      ...(await Promise.all(items.slice(start, start + size).map(work))),
    );
  return done;
}
