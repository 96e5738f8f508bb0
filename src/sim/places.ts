import airports from "airport-data-js";

/** Where a PoP or a group of visitors is. */
export interface Place {
  /** IATA's airport code, as operators of edges name their PoPs. */
  code: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  latitude: number;
  longitude: number;
}

export interface NamedPlace extends Place {
  /** Its airport's name, which mostly is the city's. */
  city: string;
}

/**
 * Cities with PoPs of large edges or exchange points, the ones an edge would open first in front: any first part of the list
 * covers the world about as well as that many can. Our own selection.
 */
export const placeCodes: readonly string[] = `
  IAD FRA SIN GRU NRT LHR SJC SYD BOM JNB AMS CDG ORD DFW LAX EWR MIA ATL SEA DEN MAD MXP ARN WAW
  VIE PRG ZRH BRU CPH HEL OSL DUB LIS FCO ATH IST OTP SOF BUD DME KBP DXB DOH KWI RUH TLV CAI LOS
  NBO CPT CMN ALG TUN DEL MAA BLR HYD CCU CMB DAC KHI LHE BKK KUL CGK MNL SGN HAN HKG TPE ICN KIX
  FUK MEL BNE PER AKL YYZ YUL YVR YYC MEX GDL QRO BOG LIM SCL EZE GIG FOR PTY SJO SDQ SJU MCI BOS
  PHX MSP STL DTW PHL CLT TPA JAX MCO BNA IND CMH CLE PIT BUF RIC ORF RDU MEM MSY IAH AUS SAT OKC
  OMA SLC LAS SMF PDX SAN ABQ HNL ANC YWG YOW YHZ YXE YQM BGR BTV ALB MAN EDI GLA BHX BRS CWL BFS
  ORK MRS LYS NTE BOD TLS LIL SXB GVA BSL DUS HAM MUC TXL STR LEJ LUX KEF GOT BGO TLL RIX VNO KRK
  GDN POZ WRO BTS LJU ZAG BEG SKP TIA SJJ PRN SKG LCA MLA PMO NAP BLQ TRN BCN VLC AGP BIO OPO LED
  SVX KJA OVB KZN ROV ODS LWO ADB ESB TBS EVN GYD TAS ALA NQZ ULN AMM BEY BGW EBL BSR MCT BAH DMM
  JED AUH ISB KTM PBH MLE RGN PNH VTE CNX HDY PEN JHB SUB DPS MES CEB DVO BWN CRK MFM KHH CTS NGO
  OKA OIT PUS AMD PNQ COK NAG IXC JAI LKO PAT GAU BBI VTZ TRV CJB GOI IDR KNU CGP DUR ADD DAR EBB
  KGL LUN HRE GBE WDH MPM TNR MRU RUN SEZ ACC ABJ DKR BKO OUA LFW COO DLA FIH LAD LBV ROB FNA NIM
  NDJ KRT ASM JIB MBA BZV LLW BUQ ADL CBR HBA CHC WLG NAN POM NOU PPT GUM APW TBU DRW TSV VLI CWB
  POA BSB CNF REC SSA BEL MAO VCP FLN GYN VIX NAT JPA CGB COR MDQ ROS NQN ARI CCP MVD ASU VVI LPB
  UIO GYE CLO MDE BAQ CCS GEO PBM CAY KIN HAV NAS BGI POS GND UVF CUR AUA SAL GUA TGU MGA BZE MTY
  TIJ MID CUN PAP PDL FNC TFN LPA
`
  .trim()
  .split(/\s+/);

/** Those that a scenario names, in that order: so many from the front, or a list of them. */
export function codesOf(pops: number | readonly string[]): readonly string[] {
  return typeof pops === "number"
    ? placeCodes.slice(0, pops)
    : placeCodes.filter((code) => pops.includes(code));
}

/**
 * All places, in that order. Codes, countries and coordinates come from airport-data-js by Aashish Vivekanand, used unchanged
 * under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).
 */
export async function readPlaces(): Promise<NamedPlace[]> {
  const found = await airports.getMultipleAirports([...placeCodes]);
  return found.map((airport, index) => {
    const code = placeCodes[index] ?? "";
    if (airport === null) throw new Error(`no airport has the code ${code}`);
    return {
      code,
      city: airport.airport
        .replaceAll(/\b(International|Airport)\b/g, "")
        .trim(),
      country: airport.country_code,
      latitude: Number(airport.latitude),
      longitude: Number(airport.longitude),
    };
  });
}
