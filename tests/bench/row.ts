/** One measured figure beside the figure of a peer or a physical limit from the same run. */
export interface BenchRow {
  name: string
  value: number
  unit: string
  peer: string
  peerValue: number
  /** value ÷ peerValue. */
  ratio: number
}

export const benchRow = (
  name: string,
  unit: string,
  value: number,
  peer: string,
  peerValue: number,
): BenchRow => ({ name, unit, value, peer, peerValue, ratio: value / peerValue })

export const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
