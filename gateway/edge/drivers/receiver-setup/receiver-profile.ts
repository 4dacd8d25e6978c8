/** What a family of receivers can be told, and in which words; one file a family, listed in profiles.ts. */

export const CONSTELLATIONS = ['gps', 'beidou', 'glonass', 'galileo'] as const
export type Constellation = (typeof CONSTELLATIONS)[number]

export const SETTABLE_SENTENCES = ['rmc', 'gga', 'gns', 'gll', 'vtg', 'gsa', 'gsv', 'gst', 'zda'] as const
export type SettableSentence = (typeof SETTABLE_SENTENCES)[number]

/** What is wished of a receiver; what is absent stays as the receiver has it. */
export interface ReceiverWishes {
  /** Time from fix to fix, whole milliseconds. */
  intervalMs?: number | undefined
  /** Exactly these are used, the others are not. */
  constellations?: ReadonlySet<Constellation> | undefined
  /** Exactly these are written, once a fix; the others are not. */
  sentences?: ReadonlySet<SettableSentence> | undefined
}

export interface SetupCommand {
  bytes: Uint8Array
  /** Name by which the receiver's answer speaks of it; absent where the receiver never answers. */
  answeredAs?: string
  /**
   * The receiver starts anew with it, or searches anew: it is left in peace for so long, and a start that it then
   * tells of is no loss of power.
   */
  restartMs?: number
}

export interface SetupAnswer {
  to: string
  accepted: boolean
}

export interface ReceiverProfile {
  name: string
  /** Times from fix to fix that it knows: these, or any whole number of milliseconds between. */
  intervalsMs: readonly number[] | { from: number; to: number }
  constellations: readonly Constellation[]
  sentences: readonly SettableSentence[]
  /** Says what is wrong with constellations that it has but not together; undefined where all is well. */
  combinationMistake?: (constellations: ReadonlySet<Constellation>) => string | undefined
  /** In the order in which they are sent: what makes the receiver forget the rest comes first. */
  commands(wishes: ReceiverWishes): SetupCommand[]
  /** Reads a sentence, without `$` and checksum, as an answer; undefined where it is none. */
  readAnswer?: (sentence: string) => SetupAnswer | undefined
  /** Finds answers that are no sentences. */
  watchAnswers?: (onAnswer: (answer: SetupAnswer) => void) => { push(chunk: Uint8Array): void }
  /** Whether a sentence, without `$` and checksum, is what the receiver writes when it starts. */
  isBanner?: (sentence: string) => boolean
}

/** `$`, body, `*`, two hexadecimal digits of the XOR over the body, CR LF (NMEA 0183 4.11, 5.3). */
export function sentenceBytes(body: string): Uint8Array {
  const bytes = Buffer.from(body, 'latin1')
  const sum = bytes.reduce((xor, byte) => xor ^ byte, 0)
  return Buffer.from(`$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`, 'latin1')
}
