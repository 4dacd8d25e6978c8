import { z } from 'zod'
import { RECEIVER_PROFILES } from './profiles.ts'
import {
  CONSTELLATIONS,
  type ReceiverProfile,
  type ReceiverWishes,
  SETTABLE_SENTENCES,
  type SettableSentence,
} from './receiver-profile.ts'

/** `receiver:` of an NMEA port: what the receiver is told when the line opens. Absent: nothing is written to it. */

const list = <Item extends string>(items: readonly Item[]) =>
  z
    .array(z.enum(items, `expected one of ${items.join(', ')}`))
    .min(1)
    .check(({ value, issues }) => {
      value.forEach((item, i) => {
        if (value.indexOf(item) < i)
          issues.push({ code: 'custom', input: value, path: [i], message: `${item} stands here twice` })
      })
    })

const PROFILE_NAMES = RECEIVER_PROFILES.map(({ name }) => name)

/** Sentences with a position; without one of them a receiver gives no fix. */
const POSITIONED: readonly SettableSentence[] = ['rmc', 'gga', 'gns', 'gll']

export const ReceiverSetup = z
  .strictObject({
    /** Whose language is spoken. */
    profile: z
      .enum(['none', ...PROFILE_NAMES], `expected one of none, ${PROFILE_NAMES.join(', ')}`)
      .default('none'),
    /** Fixes a second. */
    rateHz: z.number().positive().max(100).optional(),
    /** Exactly these are used. */
    constellations: list(CONSTELLATIONS).optional(),
    /** Exactly these are written, once a fix. */
    sentences: list(SETTABLE_SENTENCES).optional(),
  })
  .check(({ value: receiver, issues }) => {
    const issue = (path: (string | number)[], message: string) =>
      issues.push({ code: 'custom', input: receiver, path, message })
    const { rateHz, constellations = [], sentences } = receiver
    const profile = profileOf(receiver)
    if (!profile) {
      if (rateHz !== undefined || receiver.constellations || sentences)
        issue(
          ['profile'],
          `found "none", but there is something to set: expected one of ${PROFILE_NAMES.join(', ')}`,
        )
      return
    }
    if (rateHz !== undefined) {
      const mistake = rateMistake(profile, rateHz)
      if (mistake) issue(['rateHz'], mistake)
    }
    const foreign = constellations.findIndex((system) => !profile.constellations.includes(system))
    if (foreign >= 0)
      issue(
        ['constellations', foreign],
        `${profile.name} cannot be told ${constellations[foreign]}: expected ${profile.constellations.join(', ')}`,
      )
    else if (constellations.length > 0) {
      const mistake = profile.combinationMistake?.(new Set(constellations))
      if (mistake) issue(['constellations'], mistake)
    }
    sentences?.forEach((sentence, i) => {
      if (!profile.sentences.includes(sentence))
        issue(
          ['sentences', i],
          `${profile.name} cannot be told ${sentence}: expected ${profile.sentences.join(', ')}`,
        )
    })
    if (sentences && !sentences.some((sentence) => POSITIONED.includes(sentence)))
      issue(['sentences'], `none of these has a position: expected one of ${POSITIONED.join(', ')} too`)
  })

export type ReceiverSetupConfig = z.output<typeof ReceiverSetup>

/** Undefined for `none`. */
export function profileOf({ profile }: { profile: string }): ReceiverProfile | undefined {
  return RECEIVER_PROFILES.find(({ name }) => name === profile)
}

export function wishesOf({ rateHz, constellations, sentences }: ReceiverSetupConfig): ReceiverWishes {
  return {
    intervalMs: rateHz === undefined ? undefined : intervalMs(rateHz),
    constellations: constellations && new Set(constellations),
    sentences: sentences && new Set(sentences),
  }
}

/** Rounded to a millionth, so that the division of decimal fractions leaves no trace. */
const intervalMs = (rateHz: number): number => Math.round((1000 / rateHz) * 1e6) / 1e6

function rateMistake({ name, intervalsMs }: ReceiverProfile, rateHz: number): string | undefined {
  const wishedMs = intervalMs(rateHz)
  if ('from' in intervalsMs) {
    const { from, to } = intervalsMs
    if (Number.isInteger(wishedMs) && wishedMs >= from && wishedMs <= to) return undefined
    return `found ${rateHz}, expected for ${name} ${1000 / to} to ${1000 / from}, a whole number of milliseconds from fix to fix`
  }
  if (intervalsMs.includes(wishedMs)) return undefined
  return `found ${rateHz}, expected for ${name} one of ${intervalsMs.map((ms) => 1000 / ms).join(', ')}`
}

/** What a sentence has at least, with its line end, while there is a fix. */
const LEAST_BYTES: Record<SettableSentence, number> = {
  rmc: 65,
  gga: 65,
  gns: 65,
  gll: 45,
  vtg: 35,
  gsa: 40,
  gsv: 60,
  gst: 40,
  zda: 35,
}
/** Start and stop bit make ten of a byte. */
const BITS_A_BYTE = 10

export interface ReceiverMistake {
  /** From the port on. */
  path: string[]
  message: string
}

/**
 * What the set-up of a receiver asks of its port: a line that carries the sentences, and a watchdog that waits for them.
 * Empty where all is well, or where nothing is set up.
 */
export function receiverMistakes({
  baud,
  silenceS,
  receiver,
}: {
  baud: number
  silenceS: number
  receiver?: ReceiverSetupConfig | undefined
}): ReceiverMistake[] {
  if (!receiver || !profileOf(receiver)) return []
  const { rateHz = 1, sentences = [] } = receiver
  const mistakes: ReceiverMistake[] = []
  const bytes = Math.ceil(sentences.reduce((sum, sentence) => sum + LEAST_BYTES[sentence], 0) * rateHz)
  const most = baud / BITS_A_BYTE
  if (bytes > most)
    mistakes.push({
      path: ['receiver', 'sentences'],
      message: `at ${rateHz} Hz these are at least ${bytes} bytes a second, and ${baud} baud carry ${most}: expected fewer sentences, a lower rateHz or a higher baud`,
    })
  const leastS = 2 / rateHz
  if (receiver.rateHz !== undefined && silenceS < leastS)
    mistakes.push({
      path: ['silenceS'],
      message: `found ${silenceS}, but the receiver writes every ${1 / rateHz} s: expected at least ${leastS}`,
    })
  return mistakes
}
