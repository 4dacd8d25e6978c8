import { refuse } from './decode-error.ts'

/** Integer columns as differences modulo 2^32, trailing zeros left off: see FixBatch in gridpatrol.proto. */

export function differences(values: readonly number[], order: 1 | 2): number[] {
  const out = new Array<number>(values.length)
  let previous = 0
  let previousStep = 0
  for (let i = 0; i < values.length; i++) {
    const step = (values[i]! - previous) | 0
    // The first value has no step before it, so the second order starts at the second difference.
    out[i] = order === 2 && i > 1 ? (step - previousStep) | 0 : step
    previous = values[i]!
    previousStep = step
  }
  return withoutTrailingZeros(out)
}

export function sums(column: readonly number[], count: number, order: 1 | 2, where: string): Int32Array {
  if (column.length > count) refuse('too-many', `${where}: ${column.length} values for ${count} fixes`)
  const out = new Int32Array(count)
  let value = 0
  let step = 0
  for (let i = 0; i < count; i++) {
    const difference = i < column.length ? column[i]! : 0
    step = order === 2 && i > 1 ? (step + difference) | 0 : difference
    value = (value + step) | 0
    out[i] = value
  }
  return out
}

function withoutTrailingZeros(values: number[]): number[] {
  let end = values.length
  while (end > 0 && values[end - 1] === 0) end--
  values.length = end
  return values
}
