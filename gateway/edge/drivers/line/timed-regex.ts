import { type Context, createContext, Script } from 'node:vm'

/** A match on a line takes microseconds; a busy machine may take a while for anything. */
const LIMIT_MS = 100

const match = new Script('regex.exec(text)')
let context: Context | undefined

/** A regular expression that is given up after a while, so that none can hold up the gateway. */
export class TimedRegex {
  readonly #regex: RegExp

  constructor(source: string) {
    this.#regex = new RegExp(source)
  }

  /** The match; null where there is none; 'timeout' where it was given up. */
  exec(text: string): RegExpExecArray | null | 'timeout' {
    // One context for all: each takes about a megabyte.
    context ??= createContext({})
    context.regex = this.#regex
    context.text = text
    try {
      return match.runInContext(context, { timeout: LIMIT_MS }) as RegExpExecArray | null
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'timeout'
      throw error
    }
  }
}
