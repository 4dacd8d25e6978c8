import {
  type ReceiverProfile,
  type SettableSentence,
  type SetupCommand,
  sentenceBytes,
} from './receiver-profile.ts'

/**
 * Airoha AG3335 and AG3352 and their modules (Quectel LC29H, LC79H, LC26G, LC76G, LC86G). Source: Quectel LC29H & LC79H
 * GNSS Protocol Specification V1.1 and LC26G & LC76G & LC86G GNSS Protocol Specification V1.0.0, PAIR001, PAIR050,
 * PAIR062, PAIR066. QZSS is on wherever GPS is: the LC29H with both bands knows no mode without it.
 */

const TYPES: Partial<Record<SettableSentence, number>> = {
  gga: 0,
  gll: 1,
  gsa: 2,
  gsv: 3,
  rmc: 4,
  vtg: 5,
  zda: 6,
}

/** PAIR066 restarts the module. */
const RESTART_MS = 2000

/** PAIR001,command,result: 0 done, 1 under way, 2 failed, 3 unknown command, 4 wrong parameter, 5 busy. */
const DONE = '0'
const UNDER_WAY = '1'

export const quectelPair: ReceiverProfile = {
  name: 'quectel-pair',
  intervalsMs: { from: 100, to: 1000 },
  constellations: ['gps', 'beidou', 'glonass', 'galileo'],
  sentences: ['rmc', 'gga', 'gll', 'vtg', 'gsa', 'gsv', 'zda'],
  combinationMistake: (constellations) =>
    constellations.has('gps') && constellations.size !== 3
      ? undefined
      : 'quectel-pair knows gps, gps with one other, and all four: choose one of these',
  commands({ intervalMs, constellations, sentences }) {
    const commands: SetupCommand[] = []
    if (constellations) {
      const enabled = (['gps', 'glonass', 'galileo', 'beidou', 'gps'] as const).map((system) =>
        constellations.has(system) ? 1 : 0,
      )
      commands.push({
        bytes: sentenceBytes(`PAIR066,${enabled.join(',')},0`),
        answeredAs: '066',
        restartMs: RESTART_MS,
      })
    }
    if (intervalMs !== undefined)
      commands.push({ bytes: sentenceBytes(`PAIR050,${intervalMs}`), answeredAs: '050' })
    if (sentences)
      for (const [sentence, type] of Object.entries(TYPES))
        commands.push({
          bytes: sentenceBytes(`PAIR062,${type},${sentences.has(sentence as SettableSentence) ? 1 : 0}`),
          answeredAs: '062',
        })
    return commands
  },
  readAnswer(sentence) {
    const [address, to, result] = sentence.split(',')
    if (address !== 'PAIR001' || !to || !result || result === UNDER_WAY) return undefined
    return { to, accepted: result === DONE }
  },
}
