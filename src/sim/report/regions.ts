/** Countries and territories by ISO 3166-1 alpha-2, grouped for people to find their way; Turkey, Israel and the Gulf stand together. */
const countries: Record<string, string> = {
  "North America": `
    AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI`,
  "South America": "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
  Europe: `
    AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL
    PT RO RS RU SE SI SJ SK SM UA VA XK`,
  "Middle East": "AE BH CY IL IQ IR JO KW LB OM PS QA SA SY TR YE",
  Africa: `
    AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE
    RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW`,
  Asia: `
    AF AM AZ BD BN BT CN GE HK ID IN JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN`,
  Oceania: `
    AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS`,
};

const regions = new Map(
  Object.entries(countries).flatMap(([region, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, region] as const),
  ),
);

/** A part of the world that a country lies in; "Elsewhere" for a code that is none. */
export function regionOf(country: string): string {
  return regions.get(country) ?? "Elsewhere";
}
