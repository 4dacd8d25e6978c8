import { isDeepStrictEqual } from 'node:util'

/** Two pieces of JSON side by side, and the places in one: `batch.fixes[3].altM`. */

/** Every value that is no object or array, with its place. */
export function* leaves(value: unknown, path = ''): Generator<[path: string, value: unknown]> {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* leaves(item, `${path}[${i}]`)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* leaves(item, path === '' ? key : `${path}.${key}`)
  else if (value !== undefined) yield [path, value]
}

/** One line for each change: `+` more, `-` gone, `before → after`. Items taken out of a list are found as such. */
export function differences(before: unknown, after: unknown, path = ''): string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after)) return listDifferences(before, after, path)
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences(before[key], after[key], path === '' ? key : `${path}.${key}`),
    )
  if (before === undefined) return [`+ ${path}: ${JSON.stringify(after)}`]
  if (after === undefined) return [`- ${path}: ${JSON.stringify(before)}`]
  return [`${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`]
}

/** Items are matched in order; one that comes back a little later shows that those before it were taken out or put in. */
function listDifferences(before: unknown[], after: unknown[], path: string): string[] {
  const lines: string[] = []
  let a = 0
  let b = 0
  while (a < before.length || b < after.length) {
    const surplus = before.length - a - (after.length - b)
    const gone = b === after.length || comesWithin(before, a, surplus, after[b])
    const put = a === before.length || comesWithin(after, b, -surplus, before[a])
    if (gone) lines.push(...differences(before[a], undefined, `${path}[${a++}]`))
    else if (put) lines.push(...differences(undefined, after[b], `${path}[${b++}]`))
    else lines.push(...differences(before[a], after[b++], `${path}[${a++}]`))
  }
  return lines
}

/** Is `item` none of `list[at]`, but one of the `span` that follow? */
function comesWithin(list: unknown[], at: number, span: number, item: unknown): boolean {
  if (span <= 0 || isDeepStrictEqual(list[at], item)) return false
  return list.slice(at + 1, at + 1 + span).some((later) => isDeepStrictEqual(later, item))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
