/**
 * What options of a ride may be. They come from scenario files as plain values: each rule throws a RangeError that
 * names the option, what was found and what was expected.
 */

export type Rule = (value: unknown, path: string) => void

/** A rule for every option of a group. */
export type Rules<Options> = Readonly<Record<keyof Options, Rule>>

/**
 * The defaults with what is given instead; an option that is given as undefined is not given.
 * @throws RangeError for an option that the group does not have, or a value that its rule refuses.
 */
export function withDefaults<Options extends object>(
  group: string,
  defaults: Options,
  rules: Rules<Options>,
  given: Partial<Options> = {},
): Options {
  object(rules)(given, group)
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(said) }
}

function refuse(path: string, found: unknown, expected: string): never {
  const shown = typeof found === 'number' ? String(found) : JSON.stringify(found)
  throw new RangeError(`${path}: found ${shown}, expected ${expected}`)
}

/** From `min` to `max`, both included; `.inf` of YAML is a number where there is no maximum. */
export function number(min: number, max = Infinity): Rule {
  const expected = max < Infinity ? `a number from ${min} to ${max}` : `a number from ${min} on`
  return (value, path) => {
    if (!(typeof value === 'number' && value >= min && value <= max)) refuse(path, value, expected)
  }
}

export function whole(min: number, max: number): Rule {
  return (value, path) => {
    if (!(Number.isInteger(value) && Number(value) >= min && Number(value) <= max))
      refuse(path, value, `a whole number from ${min} to ${max}`)
  }
}

export const share = number(0, 1)

export const anyNumber: Rule = (value, path) => {
  if (!Number.isFinite(value)) refuse(path, value, 'a number')
}

export const positive: Rule = (value, path) => {
  if (!(Number.isFinite(value) && Number(value) > 0)) refuse(path, value, 'a number above 0')
}

export const flag: Rule = (value, path) => {
  if (typeof value !== 'boolean') refuse(path, value, 'true or false')
}

export const text: Rule = (value, path) => {
  if (typeof value !== 'string') refuse(path, value, 'a text')
}

export function oneOf(values: readonly (string | number)[]): Rule {
  return (value, path) => {
    if (!(values as readonly unknown[]).includes(value)) refuse(path, value, `one of ${values.join(', ')}`)
  }
}

export function list(rule: Rule): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) refuse(path, value, 'a list')
    for (const [index, item] of value.entries()) rule(item, `${path}[${index}]`)
  }
}

/** Fields that are absent keep their defaults or have none: see {@link required}. */
export function object(rules: Readonly<Record<string, Rule>>): Rule {
  const names = Object.keys(rules)
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      refuse(path, value, `fields: ${names.join(', ')}`)
    for (const [name, field] of Object.entries(value)) {
      if (!Object.hasOwn(rules, name)) refuse(path, name, `one of ${names.join(', ')}`)
      if (field !== undefined) rules[name]!(field, `${path}.${name}`)
    }
  }
}

/** An object in which these fields must be, beside others that may. */
export function required(
  rules: Readonly<Record<string, Rule>>,
  optional: Readonly<Record<string, Rule>> = {},
): Rule {
  const fields = object({ ...rules, ...optional })
  return (value, path) => {
    fields(value, path)
    for (const name of Object.keys(rules))
      if ((value as Record<string, unknown>)[name] === undefined) refuse(path, value, `the field ${name}`)
  }
}

/** Two numbers of which the first is smaller, and what else the rule wants of the object that they stand in. */
export function ordered(from: string, to: string, rule: Rule): Rule {
  return (value, path) => {
    rule(value, path)
    const { [from]: begin = 0, [to]: end = Infinity } = value as Record<string, number | undefined>
    if (begin >= end) refuse(path, value, `${from} before ${to}`)
  }
}

/** A span of the ride, with other fields besides. */
export function span(
  more: Readonly<Record<string, Rule>> = {},
  optional: Readonly<Record<string, Rule>> = {},
): Rule {
  return ordered('fromS', 'toS', required({ fromS: number(0), toS: number(0), ...more }, optional))
}
