import type { Key } from "../../../src/sim/cache/eviction.ts";

/** The published definitions once more, as plainly as arrays allow and without regard for speed. Newest first. */
interface Held {
  key: Key;
  size: number;
  uses: number;
}

interface Reference {
  /** One request: true when it hits; else the object is stored if it may be. */
  request(key: Key, size: number): boolean;
}

const total = (queue: readonly Held[]) =>
  queue.reduce((sum, { size }) => sum + size, 0);

const place = (queue: readonly Held[], key: Key) =>
  queue.findIndex((held) => held.key === key);

function fifoLike(
  capacity: number,
  hit: (queue: Held[], at: number) => void,
): Reference {
  const queue: Held[] = [];
  return {
    request(key, size) {
      const at = place(queue, key);
      if (at !== -1) {
        hit(queue, at);
        return true;
      }
      if (size > capacity) return false;
      while (total(queue) + size > capacity) queue.pop();
      queue.unshift({ key, size, uses: 0 });
      return false;
    },
  };
}

const fifo = (capacity: number) => fifoLike(capacity, () => {});

const lru = (capacity: number) =>
  fifoLike(capacity, (queue, at) => {
    queue.unshift(...queue.splice(at, 1));
  });

/** NSDI 2024, Algorithm 1: the hand points at an object, or at nothing, which stands for the oldest. */
function sieve(capacity: number): Reference {
  const queue: Held[] = [];
  let hand: Held | undefined;
  const evict = () => {
    let at = hand === undefined ? queue.length - 1 : queue.indexOf(hand);
    for (;;) {
      const held = queue[at];
      if (held === undefined) at = queue.length - 1;
      else if (held.uses > 0) {
        held.uses = 0;
        at -= 1;
      } else break;
    }
    hand = queue[at - 1];
    queue.splice(at, 1);
  };
  return {
    request(key, size) {
      const held = queue[place(queue, key)];
      if (held !== undefined) {
        held.uses = 1;
        return true;
      }
      if (size > capacity) return false;
      while (total(queue) + size > capacity) evict();
      queue.unshift({ key, size, uses: 0 });
      return false;
    },
  };
}

/** SOSP 2023 with libCacheSim's defaults: small-size-ratio=0.10, ghost-size-ratio=0.90, move-to-main-threshold=2. */
function s3fifo(capacity: number): Reference {
  const room = {
    small: Math.trunc(capacity * 0.1),
    ghost: Math.trunc(capacity * 0.9),
    main: capacity - Math.trunc(capacity * 0.1),
  };
  const small: Held[] = [];
  const main: Held[] = [];
  const ghost: Held[] = [];
  let evictedOnce = false;
  const remember = (held: Held) => {
    if (held.size > room.ghost) return;
    while (total(ghost) + held.size > room.ghost) ghost.pop();
    ghost.unshift(held);
  };
  const evictFromSmall = () => {
    while (small.length > 0) {
      const [held] = small.splice(-1);
      if (held === undefined) return;
      if (held.uses >= 2) main.unshift({ ...held, uses: 0 });
      else return remember(held);
    }
  };
  const evictFromMain = () => {
    while (main.length > 0) {
      const [held] = main.splice(-1);
      if (held === undefined || held.uses === 0) return;
      main.unshift({ ...held, uses: Math.min(held.uses, 3) - 1 });
    }
  };
  return {
    request(key, size) {
      const held = small[place(small, key)] ?? main[place(main, key)];
      if (held !== undefined) {
        held.uses += 1;
        return true;
      }
      const ghostly = place(ghost, key);
      if (ghostly !== -1) ghost.splice(ghostly, 1);
      if (size > room.small || size > capacity) return false;
      while (total(small) + total(main) + size > capacity) {
        evictedOnce = true;
        if (total(main) > room.main || small.length === 0) evictFromMain();
        else evictFromSmall();
      }
      const stored = { key, size, uses: 0 };
      if (ghostly !== -1) main.unshift(stored);
      else if (size >= room.small) return false;
      else if (!evictedOnce && total(small) >= room.small) main.unshift(stored);
      else small.unshift(stored);
      return false;
    },
  };
}

/** The least asked for goes; of several, the one whose last request is longest ago. */
function lfu(capacity: number): Reference {
  let held: Held[] = [];
  return {
    request(key, size) {
      const known = held[place(held, key)];
      if (known !== undefined) {
        held = [
          { ...known, uses: known.uses + 1 },
          ...held.filter((each) => each !== known),
        ];
        return true;
      }
      if (size > capacity) return false;
      while (total(held) + size > capacity) {
        const least = Math.min(...held.map(({ uses }) => uses));
        const victim = held.findLast(({ uses }) => uses === least);
        held = held.filter((each) => each !== victim);
      }
      held.unshift({ key, size, uses: 1 });
      return false;
    },
  };
}

/** HPL-98-69R1: priority = clock + uses / size. Of equal ones goes what got its priority first. */
function gdsf(capacity: number): Reference {
  let held: (Held & { priority: number })[] = [];
  let clock = 0;
  const put = (key: Key, size: number, uses: number) => {
    held = held.filter((each) => each.key !== key);
    held.push({ key, size, uses, priority: clock + uses / size });
  };
  return {
    request(key, size) {
      const known = held[place(held, key)];
      if (known !== undefined) {
        put(key, known.size, known.uses + 1);
        return true;
      }
      if (size > capacity) return false;
      while (total(held) + size > capacity) {
        clock = Math.min(...held.map(({ priority }) => priority));
        held.splice(
          held.findIndex(({ priority }) => priority === clock),
          1,
        );
      }
      put(key, size, 1);
      return false;
    },
  };
}

/** FAST 2003, Figure 4, line by line, with sums of sizes for numbers of pages. */
function arc(capacity: number): Reference {
  const t1: Held[] = [];
  const t2: Held[] = [];
  const b1: Held[] = [];
  const b2: Held[] = [];
  let p = 0;
  const move = (from: Held[], to: Held[]) => to.unshift(...from.splice(-1));
  const replace = (size: number, isInB2: boolean) => {
    while (total(t1) + total(t2) + size > capacity) {
      const isT1 =
        t1.length > 0 && (total(t1) > p || (isInB2 && total(t1) === p));
      if (isT1 || t2.length === 0) move(t1, b1);
      else move(t2, b2);
    }
  };
  const take = (queue: Held[], key: Key) => {
    const at = place(queue, key);
    if (at !== -1) queue.splice(at, 1);
    return at !== -1;
  };
  return {
    request(key, size) {
      const known = t1[place(t1, key)] ?? t2[place(t2, key)];
      if (known !== undefined) {
        if (!take(t1, key)) take(t2, key);
        t2.unshift(known);
        return true;
      }
      if (size > capacity) return false;
      const stored = { key, size, uses: 0 };
      const sizes = { b1: total(b1), b2: total(b2) };
      if (place(b1, key) !== -1) {
        p = Math.min(p + size * Math.max(sizes.b2 / sizes.b1, 1), capacity);
        replace(size, false);
        take(b1, key);
        t2.unshift(stored);
      } else if (place(b2, key) !== -1) {
        p = Math.max(p - size * Math.max(sizes.b1 / sizes.b2, 1), 0);
        replace(size, true);
        take(b2, key);
        t2.unshift(stored);
      } else {
        while (total(t1) + total(b1) + size > capacity)
          (b1.length > 0 ? b1 : t1).pop();
        replace(size, false);
        t1.unshift(stored);
      }
      while (
        [t1, t2, b1, b2]
          .flatMap((each) => each)
          .reduce((sum, each) => sum + each.size, 0) >
        2 * capacity
      )
        (b2.length > 0 ? b2 : b1).pop();
      return false;
    },
  };
}

export const references = {
  fifo,
  lru,
  lfu,
  gdsf,
  arc,
  sieve,
  "s3-fifo": s3fifo,
};
