import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { type LinedYaml, parseLinedYaml, pathText, valueAt } from '../../proto/lined-yaml.ts'

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
export function parseYaml(file: string): LinedYaml {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new ConfigError([`${file}: ${missing ? 'no such file' : (error as Error).message}`])
  }
  const yaml = parseLinedYaml(text)
  if (yaml.mistakes.length > 0) throw new ConfigError(yaml.mistakes.map((mistake) => `${file}:${mistake}`))
  return yaml
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
