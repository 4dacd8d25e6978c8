import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'

/** Configuration files: YAML, checked against a schema. */

/** Everything that is wrong with a file, a line each: `edge.yaml:7: ports[0].baud: found "fast", expected …`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: string[]
  constructor(problems: string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** @throws ConfigError */
export function loadYaml<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  const { value, lineOf } = parseYaml(file)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new ConfigError(
    result.error.issues.flatMap((issue) =>
      describe(issue, value).map(({ path, text }) => {
        const where = path.length > 0 ? `${pathText(path)}: ` : ''
        return `${file}:${lineOf(path)}: ${where}${text}`
      }),
    ),
  )
}

/** Text to values, and where each stands. @throws ConfigError */
export function parseYaml(file: string): { value: unknown; lineOf: (path: PropertyKey[]) => number } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new ConfigError([`${file}: ${missing ? 'no such file' : (error as Error).message}`])
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0)
    throw new ConfigError(
      document.errors.map(
        (error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`,
      ),
    )
  return {
    value: document.toJS(),
    /** The line of the node, or of the nearest one above it that is there. */
    lineOf(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const node = document.getIn(path.slice(0, depth), true) as
          | { range?: [number, number, number] }
          | undefined
        if (node?.range) return lines.linePos(node.range[0]).line
      }
      return 1
    },
  }
}

/** One sentence or more for an issue: what was found, what was expected. */
function describe(issue: z.core.$ZodIssue, root: unknown): { path: PropertyKey[]; text: string }[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], text: 'unknown key: a typing mistake?' }))
  if (issue.code === 'custom') return [{ path, text: issue.message }]
  const found = valueAt(root, path)
  if (found === undefined) return [{ path, text: `missing, ${expected(issue)}` }]
  return [{ path, text: `found ${JSON.stringify(found)}, ${expected(issue)}` }]
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return `expected one of ${issue.options.join(', ')}`
  if (issue.code === 'invalid_value' && issue.values.length > 1)
    return `expected one of ${issue.values.map(String).join(', ')}`
  const message = issue.message
    .replace(/^Invalid input: /, '')
    .replace(/, received .*$/, '')
    .replace(/^Too (?:big|small): expected (\w+) to (?:be|have) /, 'expected $1 ')
  return message.startsWith('expected') ? message : `expected: ${message}`
}

function valueAt(root: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined),
    root,
  )
}

function pathText(path: PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`))
    .join('')
}
