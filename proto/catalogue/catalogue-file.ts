import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'

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
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0)
    throw new CatalogueError(
      document.errors.map(
        ({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`,
      ),
    )
  const problem = (path: PropertyKey[], said: string): string => {
    let line = 1
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as { range?: number[] } | undefined
      if (!node?.range) continue
      line = lines.linePos(node.range[0]!).line
      break
    }
    return `${file}:${line}: ${path.length > 0 ? `${path.map(String).join('.')}: ` : ''}${said}`
  }
  const result = schema.safeParse(document.toJS())
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
