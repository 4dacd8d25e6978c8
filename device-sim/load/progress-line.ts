import type { Latencies } from './latency-tally.ts'
import type { LoadState } from './load.ts'

/** One line for a person who watches. @param seconds since the start. */
export function progressLine(seconds: number, gateways: number, state: LoadState): string {
  const { connected, appended, receipted, waiting, breaks, receiptTimes } = state
  return [
    `${Math.round(seconds)} s: ${connected} of ${gateways} connected`,
    `${appended} records made`,
    `${receipted} receipted`,
    `${waiting} wait`,
    `${breaks} breaks`,
    timesText(receiptTimes),
  ].join(', ')
}

export function timesText({ p50Ms, p95Ms, p99Ms }: Latencies): string {
  if (p50Ms === undefined) return 'no receipts'
  return `receipt after ${p50Ms} ms (p50), ${p95Ms} ms (p95), ${p99Ms} ms (p99)`
}
