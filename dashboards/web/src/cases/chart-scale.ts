/** Scales of the evidence chart. */

/** Round values that span both samples and thresholds, with the step between them: 1, 2 or 5 times a power of ten. */
export function valueAxis(
  values: readonly number[],
  most = 5,
): { low: number; high: number; ticks: number[] } {
  const lowest = Math.min(0, ...values)
  const highest = Math.max(...values)
  const span = highest - lowest || Math.abs(highest) || 1
  const rough = span / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => power * factor >= rough) ?? 10)
  const low = Math.floor(lowest / step) * step
  const high = Math.ceil((lowest + span * 1.02) / step) * step
  const ticks: number[] = []
  for (let count = 0; low + count * step <= high + step / 2; count++) {
    ticks.push(Number((low + count * step).toPrecision(12)))
  }
  return { low, high, ticks }
}

export const scale =
  (fromLow: number, fromHigh: number, toLow: number, toHigh: number) =>
  (value: number): number =>
    fromHigh === fromLow
      ? (toLow + toHigh) / 2
      : toLow + ((value - fromLow) / (fromHigh - fromLow)) * (toHigh - toLow)
