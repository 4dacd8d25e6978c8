import type { SetupAnswer, SetupCommand } from './receiver-profile.ts'

/** Between commands that are not answered: receivers read slowly, and some lose what comes in one burst. */
const GAP_MS = 150
/** How long an answer is waited for, a number an attempt: receivers answer behind the burst that they are writing. */
const ANSWER_WITHIN_MS = [1500, 3000, 6000]

export interface SetupRoundHandlers {
  /** Writes without waiting; false where the line takes nothing now. */
  write(bytes: Uint8Array): boolean
  /** The receiver starts anew, for so long. */
  onRestart(restartMs: number): void
  count(name: string): void
}

/**
 * One run through the commands of a set-up, one after the other. A command that is not answered is sent again, three
 * times in all; once none of the attempts at one was answered and nothing else was either, the receiver is one that does
 * not answer, and the rest is sent once each.
 */
export class SetupRound {
  readonly #commands: readonly SetupCommand[]
  readonly #handlers: SetupRoundHandlers
  #next = 0
  /** How often the command was sent; 0 while the receiver is left in peace before it. */
  #attempt = 0
  #answered = false
  #deaf = false
  #timer: NodeJS.Timeout | undefined

  constructor(commands: readonly SetupCommand[], handlers: SetupRoundHandlers) {
    this.#commands = commands
    this.#handlers = handlers
  }

  start(): void {
    this.#send()
  }

  take({ to, accepted }: SetupAnswer): void {
    const command = this.#commands[this.#next]
    if (this.#attempt === 0 || command?.answeredAs !== to) return
    this.#answered = true
    this.#handlers.count(accepted ? 'setup-acknowledged' : 'setup-refused')
    this.#goOn(command)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #send(): void {
    const command = this.#commands[this.#next]
    if (!command) return
    // The line takes nothing: it is closing, or it stands. Its next opening begins anew.
    if (!this.#handlers.write(command.bytes)) {
      this.#handlers.count('setup-unwritten')
      this.#attempt = 0
      return
    }
    this.#attempt++
    this.#handlers.count('setup-sent')
    if (command.restartMs !== undefined) this.#handlers.onRestart(command.restartMs)
    if (command.answeredAs === undefined) this.#goOn(command)
    else this.#later(() => this.#unanswered(command), ANSWER_WITHIN_MS[this.#attempt - 1]!)
  }

  #unanswered(command: SetupCommand): void {
    if (this.#attempt < ANSWER_WITHIN_MS.length && !this.#deaf) {
      this.#send()
      return
    }
    if (!this.#answered) this.#deaf = true
    this.#handlers.count('setup-unanswered')
    this.#goOn(command)
  }

  #goOn({ restartMs = GAP_MS }: SetupCommand): void {
    this.#next++
    this.#attempt = 0
    this.#later(() => this.#send(), restartMs)
  }

  #later(run: () => void, afterMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(run, afterMs)
  }
}
