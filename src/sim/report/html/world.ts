import {
  geoBounds,
  geoMercator,
  geoNaturalEarth1,
  geoPath,
  type GeoPermissibleObjects,
  type GeoProjection,
} from "d3-geo";
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import { markup, type Markup } from "../../../markup.ts";
import { counted } from "../wording.ts";
import type { Pop } from "../pop-histories.ts";

/** A PoP, and the shape that tells its state. */
interface Mark {
  pop: Pop;
  shape: string;
}

/** A part of the world, in degrees. */
interface MapPart {
  name: string;
  west: number;
  east: number;
  south: number;
  north: number;
}

const world = {
  name: "The world",
  west: -179,
  east: 179,
  south: -56,
  north: 82,
};

/** Where PoPs of a large edge stand too close together to be told apart on a map of the world. */
const dense: readonly MapPart[] = [
  { name: "Europe", west: -12, east: 42, south: 34, north: 66 },
  { name: "North America", west: -126, east: -62, south: 17, north: 53 },
  { name: "South and East Asia", west: 65, east: 147, south: -10, north: 46 },
];

/** Marks in a small world, with close-ups beside it once there are many. */
export function worldMap(marks: readonly Mark[]): Markup {
  const numbered = marks.map((mark, number) => ({ ...mark, number }));
  const size = { width: 880, height: 424 };
  const all = drawn(world, geoNaturalEarth1(), size, numbered);
  if (marks.length <= 40) return all;
  return markup`${all}
<div class="close">${dense.map(
    (part) =>
      markup`<figure><figcaption>${part.name}</figcaption>${drawn(part, geoMercator(), { width: 440, height: 340 }, numbered)}</figure>
`,
  )}</div>`;
}

/** PoPs of several providers in one place stand side by side. */
function drawn(
  part: MapPart,
  projection: GeoProjection,
  { width, height }: { width: number; height: number },
  marks: readonly (Mark & { number: number })[],
): Markup {
  projection.fitExtent(
    [
      [4, 4],
      [width - 4, height - 4],
    ],
    {
      type: "MultiPoint",
      coordinates: [
        [part.west, 0.5 * (part.south + part.north)],
        [part.east, 0.5 * (part.south + part.north)],
        [0.5 * (part.west + part.east), part.south],
        [0.5 * (part.west + part.east), part.north],
      ],
    },
  );
  const taken = new Map<string, number>();
  const inside = marks.flatMap(({ pop, shape, number }) => {
    const place = [pop.longitude, pop.latitude] as const;
    const before = taken.get(String(place)) ?? 0;
    taken.set(String(place), before + 1);
    const [left = -1, y = -1] = projection([...place]) ?? [];
    const x = left + 9 * before;
    if (x < 0 || y < 0 || x > width || y > height) return [];
    return markup`<g transform="translate(${tenth(x)} ${tenth(y)})"><title>${`${pop.code}, ${pop.city}`}</title><use data-pop="${number}" href="#shape-${shape}"/></g>
`;
  });
  projection.clipExtent([
    [0, 0],
    [width, height],
  ]);
  return markup`<svg class="map" viewBox="0 0 ${width} ${height}" role="img" aria-label="${part.name}, ${counted(inside.length, "PoP")}; the table below says the same"><path class="land" d="${outline(projection)}"/><g class="pops">${inside}</g></svg>`;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

const require = createRequire(import.meta.url);

/** Land from Natural Earth at 1:110 million (world-atlas by Mike Bostock), piece by piece. */
function readLand(): GeoPermissibleObjects[] {
  const atlas: Parameters<
    typeof feature
  >[0] = require("world-atlas/land-110m.json");
  return Object.values(atlas.objects)
    .map((object) => feature(atlas, object))
    .flatMap((shape) =>
      shape.type === "FeatureCollection" ? shape.features : [shape],
    )
    .flatMap(({ geometry }): GeoPermissibleObjects[] =>
      geometry.type === "MultiPolygon"
        ? geometry.coordinates.map((coordinates) => ({
            type: "Polygon",
            coordinates,
          }))
        : [geometry],
    );
}

const land = readLand();

/** To the pixel, without islands of a few of them and without the far south, where no PoP is. */
function outline(projection: GeoProjection): string {
  const path = geoPath(projection).digits(0);
  return land
    .filter((piece) => path.area(piece) > 6 && geoBounds(piece)[1][1] > -60)
    .map((piece) => path(piece))
    .join("");
}
