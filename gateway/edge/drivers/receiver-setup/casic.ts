import {
  type Constellation,
  type ReceiverProfile,
  type SetupCommand,
  sentenceBytes,
} from './receiver-profile.ts'

/**
 * AT6558 and its modules (ATGM336H, Air530Z, Quectel L76K). Source: CASIC Multimode Satellite Navigation Receiver
 * Protocol Specification V4.2.0.3 (Hangzhou Zhongke Microelectronics, 2020-01-06), PCAS02 to PCAS04 and TXT; Quectel
 * L76K GNSS Protocol Specification V1.1, 2.3. These sentences are never answered.
 */

const SYSTEM_BITS: Partial<Record<Constellation, number>> = { gps: 1, beidou: 2, glonass: 4 }

/** The fields of PCAS03; a blank one keeps what it has. */
const OUTPUT_FIELDS = [
  'gga',
  'gll',
  'gsa',
  'gsv',
  'rmc',
  'vtg',
  'zda',
  '',
  '',
  '',
  '',
  '',
  '',
  'gst',
] as const

/** With another set of constellations the search begins anew. */
const SEARCH_MS = 500

export const casic: ReceiverProfile = {
  name: 'casic',
  intervalsMs: [1000, 500, 250, 200, 100],
  constellations: ['gps', 'beidou', 'glonass'],
  sentences: ['rmc', 'gga', 'gll', 'vtg', 'gsa', 'gsv', 'gst', 'zda'],
  commands({ intervalMs, constellations, sentences }) {
    const commands: SetupCommand[] = []
    if (constellations) {
      const mode = [...constellations].reduce((bits, system) => bits | SYSTEM_BITS[system]!, 0)
      commands.push({ bytes: sentenceBytes(`PCAS04,${mode}`), restartMs: SEARCH_MS })
    }
    if (intervalMs !== undefined) commands.push({ bytes: sentenceBytes(`PCAS02,${intervalMs}`) })
    if (sentences) {
      const fields = OUTPUT_FIELDS.map((field) => (field === '' ? '' : sentences.has(field) ? '1' : '0'))
      commands.push({ bytes: sentenceBytes(`PCAS03,${fields.join(',')}`) })
    }
    return commands
  },
  // Other texts come at any time, such as that the antenna is open.
  isBanner: (sentence) => /^..TXT,\d+,\d+,02,(?:MA|IC|SW|HW)=/.test(sentence),
}
