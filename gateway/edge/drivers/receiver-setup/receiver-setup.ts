import type { DriverContext } from '../driver.ts'
import { Framer } from '../nmea/framer.ts'
import type { ReceiverProfile, SetupCommand } from './receiver-profile.ts'
import { profileOf, type ReceiverSetupConfig, wishesOf } from './receiver-setup-config.ts'
import { SetupRound } from './setup-round.ts'
import { Silence } from './silence.ts'

/**
 * Tells a receiver what it is to do. In: what is wished, and the bytes that the receiver writes. Out: commands of its
 * family on the line, when it opens and when the receiver has forgotten them. What may fail: the receiver may not
 * understand, not answer or not take what is written; that is counted, and its fixes are read all the same.
 *
 * Counted: `setup-sent`, `setup-acknowledged`, `setup-refused` and `setup-unanswered` commands; `setup-unwritten` where
 * the line took no bytes; `setup-again` rounds after a loss of power.
 */

/** A receiver that has just started eats what it is told in its first half second. */
const SETTLE_MS = 1000
/** One that says nothing may have had its sentences switched off: it is told all the same, after so long. */
const MUTE_MS = 3000
/** From round to round, after a silence or a banner. */
const AGAIN_AFTER_MS = 60_000
/** A start that a command has brought about is over so long behind its pause. */
const OWN_RESTART_MS = 15_000
/** After so many writes in a row that failed, a line that can only be read is read in peace for so long. */
const FAILED_WRITES = 3
const REST_MS = 3_600_000
/** What may wait in the stream: a line that takes nothing is not written to any further. */
const MAX_WAITING_BYTES = 1024

/** The set-up of one port, kept over reopenings of its line. */
export class PortSetup {
  readonly #profile: ReceiverProfile
  readonly #commands: readonly SetupCommand[]
  readonly #againAfterMs: number
  #failedWrites = 0
  #failedAtMs = 0

  private constructor(profile: ReceiverProfile, commands: readonly SetupCommand[], againAfterMs: number) {
    this.#profile = profile
    this.#commands = commands
    this.#againAfterMs = againAfterMs
  }

  /** Undefined where there is nothing to tell. */
  static of(
    config: ReceiverSetupConfig | undefined,
    againAfterMs: number = AGAIN_AFTER_MS,
  ): PortSetup | undefined {
    const profile = config && profileOf(config)
    if (!profile) return undefined
    const commands = profile.commands(wishesOf(config))
    return commands.length > 0 ? new PortSetup(profile, commands, againAfterMs) : undefined
  }

  /** Begins to talk over a line that has just opened. */
  begin(context: DriverContext): SetupTalk {
    return new SetupTalk({
      profile: this.#profile,
      commands: this.#commands,
      againAfterMs: this.#againAfterMs,
      count: (name) => context.count(name),
      write: (bytes) => this.#write(context, bytes),
    })
  }

  /**
   * Never waits and never throws. A write that fails closes the line (serialport does so), and it opens again: a line
   * that can be read but not written would do nothing else any more.
   */
  #write(context: DriverContext, bytes: Uint8Array): boolean {
    const { port } = context
    if (this.#failedWrites >= FAILED_WRITES && performance.now() - this.#failedAtMs < REST_MS) return false
    if (port.destroyed || !port.writable || port.writableLength > MAX_WAITING_BYTES) return false
    port.write(bytes, (error) => {
      if (error) context.count('setup-unwritten')
      this.#failedWrites = error ? this.#failedWrites + 1 : 0
      this.#failedAtMs = performance.now()
    })
    return true
  }
}

interface SetupTalkOptions {
  profile: ReceiverProfile
  commands: readonly SetupCommand[]
  againAfterMs: number
  count: (name: string) => void
  write: (bytes: Uint8Array) => boolean
}

/** The talk with a receiver over one opening of its line. */
class SetupTalk {
  readonly #options: SetupTalkOptions
  readonly #framer: Framer
  readonly #answers: { push(chunk: Uint8Array): void } | undefined
  readonly #silence = new Silence()
  #round: SetupRound | undefined
  #spoke = false
  /** When the last round began. */
  #beganMs = 0
  #ownRestartUntilMs = 0
  /** The next round, while one is due. */
  #due: NodeJS.Timeout | undefined

  constructor(options: SetupTalkOptions) {
    this.#options = options
    const onSentence = (bytes: Uint8Array, from: number, end: number): void =>
      this.#hear(Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1'))
    this.#framer = new Framer({ onSentence, onUnchecked: onSentence, onFault() {} })
    this.#answers = options.profile.watchAnswers?.((answer) => this.#round?.take(answer))
    this.#plan(MUTE_MS)
  }

  /** What the receiver wrote, in chunks cut anywhere. */
  push(chunk: Uint8Array): void {
    this.#framer.push(chunk)
    this.#answers?.push(chunk)
  }

  /** The line is quiet. */
  idle(): void {
    this.#framer.idle()
  }

  stop(): void {
    clearTimeout(this.#due)
    this.#round?.stop()
  }

  #hear(sentence: string): void {
    const atMs = performance.now()
    const wasSilent = this.#silence.heard(atMs)
    const { profile } = this.#options
    const answer = profile.readAnswer?.(sentence)
    if (answer) this.#round?.take(answer)
    if (!this.#spoke) {
      this.#spoke = true
      this.#plan(SETTLE_MS)
    } else if (atMs >= this.#ownRestartUntilMs && (wasSilent || profile.isBanner?.(sentence))) {
      this.#again(atMs)
    }
  }

  /** The receiver may have forgotten what it was told. */
  #again(atMs: number): void {
    if (this.#due) return
    this.#options.count('setup-again')
    this.#plan(Math.max(SETTLE_MS, this.#beganMs + this.#options.againAfterMs - atMs))
  }

  #plan(inMs: number): void {
    clearTimeout(this.#due)
    this.#due = setTimeout(() => this.#begin(), inMs)
  }

  #begin(): void {
    this.#due = undefined
    this.#beganMs = performance.now()
    this.#round?.stop()
    const { commands, count, write } = this.#options
    this.#round = new SetupRound(commands, {
      write,
      count,
      onRestart: (restartMs) => {
        this.#ownRestartUntilMs = performance.now() + restartMs + OWN_RESTART_MS
      },
    })
    this.#round.start()
  }
}
