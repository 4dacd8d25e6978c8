import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { parseLinedYaml, pathText, valueAt } from '../../proto/lined-yaml.ts'
import { ScenarioFile } from './scenario-file.ts'

/** Reads scenario files. Every mistake is told with its line, what was found and what was expected. */

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
  /** A line each: `trucks.yaml:9: happens[0].deg: found "30", expected …`. */
  readonly problems: string[]

  constructor(problems: string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** @throws ScenarioError where the file is missing or anything in it is wrong. */
export function loadScenario(path: string): ScenarioFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ScenarioError([`${path}: ${code === 'ENOENT' ? 'no such file' : message}`])
  }
  return parseScenario(text, path)
}

/**
 * @param name what mistakes are told of: the file.
 * @throws ScenarioError with every mistake.
 */
export function parseScenario(text: string, name: string): ScenarioFile {
  const { value, mistakes, lineOf } = parseLinedYaml(text)
  if (mistakes.length > 0) throw new ScenarioError(mistakes.map((mistake) => `${name}:${mistake}`))
  const result = ScenarioFile.safeParse(value)
  if (result.success) return result.data
  throw new ScenarioError(
    result.error.issues
      .flatMap((issue) => problemsOf(issue, value))
      .map(
        ({ path, text }) => `${name}:${lineOf(path)}: ${path.length > 0 ? `${pathText(path)}: ` : ''}${text}`,
      ),
  )
}

interface Problem {
  path: PropertyKey[]
  text: string
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown): Problem[] {
  const { path } = issue
  const found = valueAt(root, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], text: 'unknown key: a typing mistake?' }))
    case 'custom':
      return [{ path, text: issue.message }]
    case 'invalid_union':
      return unionProblems(issue, found)
    default:
      return [{ path, text: told(found, issue.message) }]
  }
}

/** The branch of the union that the value looks like tells more than the union. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, found: unknown): Problem[] {
  const { path } = issue
  if ('options' in issue && Array.isArray(issue.options))
    return [{ path, text: told(found, `expected one of ${issue.options.join(', ')}`) }]
  if (!issue.message.startsWith('Invalid input')) return [{ path, text: told(found, issue.message) }]
  const near = issue.errors.find((branch) => branch.every(({ code }) => code !== 'invalid_type'))?.[0]
  if (!near) return [{ path, text: told(found, 'expected another form') }]
  return [
    {
      path: [...path, ...near.path],
      text: near.code === 'custom' ? near.message : told(found, near.message),
    },
  ]
}

function told(found: unknown, message: string): string {
  const expected = message
    .replace(/^Invalid (?:input|option): /, '')
    .replace(/, received .*$/, '')
    .replace(/^Too (?:big|small): expected (\w+) to (?:be|have) /, 'expected $1 ')
  const clause = expected.startsWith('expected') ? expected : `expected: ${expected}`
  return found === undefined ? `missing, ${clause}` : `found ${JSON.stringify(found)}, ${clause}`
}
