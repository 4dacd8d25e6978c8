/**
 * Says what makes a regular expression unfit to run on what a device writes; undefined where it is fit. Besides
 * syntax errors these are: a group that is repeated and itself repeats or chooses inside, such as `(a+)+` or
 * `(a|b)*`, which can take exponential time on a line that does not match, and back references. Groups under `?`
 * and single characters or classes under any quantifier are fit. What stays possible, polynomial time, is kept
 * small by the length of a line and cut off by a time limit (timed-regex.ts).
 */
export function regexMistake(source: string): string | undefined {
  try {
    new RegExp(source)
  } catch (error) {
    return (error as Error).message
  }
  if ([...source.matchAll(/\\([\s\S])/g)].some(([, escaped]) => /[1-9k]/.test(escaped!)))
    return 'found a back reference, expected none: it can take exponential time'
  const at = repeatedGroup(source)
  if (at === undefined) return undefined
  const found = source.slice(at.from, at.to)
  return `found ${found}, a repeated group that repeats or chooses inside, which can take exponential time: expected to repeat single characters or classes such as [a-z]+ only`
}

/** Names of the groups, in their order. The source must be a regular expression. */
export function groupNames(source: string): string[] {
  return Object.keys(new RegExp(`${source}|`).exec('')?.groups ?? {})
}

interface OpenGroup {
  from: number
  /** A quantifier of more than one, or an alternative, is inside. */
  varies: boolean
}

/** Where the first repeated group stands that repeats or chooses inside. */
function repeatedGroup(source: string): { from: number; to: number } | undefined {
  const open: OpenGroup[] = [{ from: 0, varies: false }]
  for (let at = 0; at < source.length; ) {
    const character = source[at]!
    let closed: OpenGroup | undefined
    if (character === '\\') at += 2
    else if (character === '[') at = endOfClass(source, at)
    else if (character === '(') {
      open.push({ from: at, varies: false })
      at++
      continue
    } else if (character === '|') {
      open.at(-1)!.varies = true
      at++
      continue
    } else {
      if (character === ')') closed = open.pop()
      at++
    }
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(source.slice(at))
    const repeats = quantifier !== null && mayRepeat(quantifier)
    if (closed?.varies && repeats) return { from: closed.from, to: at + quantifier[0].length }
    if (repeats || closed?.varies) open.at(-1)!.varies = true
    at += quantifier?.[0].length ?? 0
    if (quantifier && source[at] === '?') at++
  }
  return undefined
}

function mayRepeat([text, from, comma, to]: RegExpExecArray): boolean {
  if (from === undefined) return text !== '?'
  return comma === '' ? Number(from) > 1 : to === '' || Number(to) > 1
}

function endOfClass(source: string, from: number): number {
  let at = from + 1
  while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1
  return at + 1
}
