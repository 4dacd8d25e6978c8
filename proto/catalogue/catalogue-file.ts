import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { parseLinedYaml } from '../lined-yaml.ts'

/** Everything that is wrong with a catalogue, a line each: `fault-kinds.yaml:7: lamp_out.raise: …`. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError'
  readonly problems: string[]
  constructor(problems: string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** A data file that is sound in itself, with a way to complain about what does not fit the other files. */
export interface CatalogueFile<Value> {
  value: Value
  /** A line of CatalogueError for what stands at `path`. */
  problem(path: PropertyKey[], text: string): string
}

/** Reads one YAML file. @throws CatalogueError with every mistake, its line and its path. */
export function readCatalogueFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): CatalogueFile<z.output<Schema>> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CatalogueError([`${file}: cannot be read: ${(error as Error).message}`])
  }
  const { value, mistakes, lineOf } = parseLinedYaml(text)
  if (mistakes.length > 0) throw new CatalogueError(mistakes.map((mistake) => `${file}:${mistake}`))
  const problem = (path: PropertyKey[], said: string): string =>
    `${file}:${lineOf(path)}: ${path.length > 0 ? `${path.map(String).join('.')}: ` : ''}${said}`
  const result = schema.safeParse(value)
  if (result.success) return { value: result.data, problem }
  throw new CatalogueError(
    result.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((key) => problem([...issue.path, key], 'unknown key: a typing mistake?'))
      if (issue.code === 'invalid_key')
        return [problem(issue.path, issue.issues.map(({ message }) => message).join('; '))]
      return [problem(issue.path, issue.message.replace(/^Invalid (input|option): /, ''))]
    }),
  )
}

/** The file in a city's folder, where there is one and it has such a file; else the shipped one. */
export function ownOrShipped(name: string, dir?: string): string {
  const own = dir === undefined ? undefined : join(dir, name)
  return own !== undefined && existsSync(own) ? own : fileURLToPath(new URL(name, import.meta.url))
}

/** Every mistake that loading finds; empty where it can be loaded. */
export function mistakesOf(load: () => unknown): readonly string[] {
  try {
    load()
    return []
  } catch (error) {
    if (error instanceof CatalogueError) return error.problems
    throw error
  }
}
