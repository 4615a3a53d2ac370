/** What Temporal's server was asked for since its start, by operation. */
export type TemporalRequests = ReadonlyMap<string, number>;

const LINE =
  /^service_requests(?:_total)?\{[^}]*operation="(\w+)"[^}]*service_name="frontend"[^}]*\} ([\d.e+]+)$/gm;

/** @param metricsUrl Prometheus' format */
export async function readTemporalRequests(metricsUrl: string): Promise<TemporalRequests> {
  const text = await (await fetch(metricsUrl)).text();
  const requests = new Map<string, number>();
  for (const [, operation = '', value] of text.matchAll(LINE)) {
    requests.set(operation, (requests.get(operation) ?? 0) + Number(value));
  }
  return requests;
}
