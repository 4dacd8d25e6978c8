import {
  type ReceiverProfile,
  type SettableSentence,
  type SetupCommand,
  sentenceBytes,
} from './receiver-profile.ts'

/**
 * MediaTek MT3329, MT3333, MT3339 and their modules (GlobalTop, Quectel L70, L76, L80, L86). Source: GlobalTop PMTK
 * Packet User Manual 1.2 (2016-05-30), packets 001, 010, 011, 220, 314; Quectel L76 Series GNSS Protocol Specification
 * V3.3 (2017-07-21), packet 353.
 */

/** Fields of packet 314, by their place; the other places of the nineteen are for what is not read here. */
const OUTPUT_PLACES: Partial<Record<SettableSentence, number>> = {
  gll: 0,
  rmc: 1,
  vtg: 2,
  gga: 3,
  gsa: 4,
  gsv: 5,
  gst: 7,
  zda: 17,
}
const OUTPUT_FIELDS = 19

const SUCCEEDED = '3'
const RESTART_MS = 2000

export const mtk: ReceiverProfile = {
  name: 'mtk',
  intervalsMs: { from: 100, to: 10_000 },
  constellations: ['gps', 'beidou', 'glonass', 'galileo'],
  sentences: ['rmc', 'gga', 'gll', 'vtg', 'gsa', 'gsv', 'gst', 'zda'],
  combinationMistake: (constellations) =>
    constellations.has('beidou') && constellations.has('glonass')
      ? 'mtk receives beidou or glonass, not both: leave out one of them'
      : undefined,
  commands({ intervalMs, constellations, sentences }) {
    const commands: SetupCommand[] = []
    if (constellations) {
      // The fourth field is a second mode of Galileo, which is left off.
      const enabled = (['gps', 'glonass', 'galileo', undefined, 'beidou'] as const).map((system) =>
        system && constellations.has(system) ? 1 : 0,
      )
      commands.push({
        bytes: sentenceBytes(`PMTK353,${enabled.join(',')}`),
        answeredAs: '353',
        restartMs: RESTART_MS,
      })
    }
    if (intervalMs !== undefined)
      commands.push({ bytes: sentenceBytes(`PMTK220,${intervalMs}`), answeredAs: '220' })
    if (sentences) {
      const fields = new Array<number>(OUTPUT_FIELDS).fill(0)
      for (const sentence of sentences) fields[OUTPUT_PLACES[sentence]!] = 1
      commands.push({ bytes: sentenceBytes(`PMTK314,${fields.join(',')}`), answeredAs: '314' })
    }
    return commands
  },
  // PMTK001,command,flag: 0 invalid, 1 unsupported, 2 failed, 3 succeeded.
  readAnswer(sentence) {
    const [address, to, flag] = sentence.split(',')
    return address === 'PMTK001' && to && flag ? { to, accepted: flag === SUCCEEDED } : undefined
  },
  isBanner: (sentence) => /^PMTK010,0*1$|^PMTK011,/.test(sentence),
}
