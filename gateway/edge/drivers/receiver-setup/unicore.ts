import {
  type Constellation,
  type ReceiverProfile,
  type SettableSentence,
  type SetupCommand,
  sentenceBytes,
} from './receiver-profile.ts'

/**
 * Unicore UFirebird and UFirebird II (UC6226, UC6228, UC6580; UM220-IV, UM62x; Air510U, Air780EG). Source: Unicore
 * UFirebird Standard Positioning Products Protocol Specification R4.3 and Unicore FirebirdII Protocol Specification R1.0,
 * CFGSYS, CFGNAV, CFGMSG. The surveying receivers of the same maker (UM980 …) speak another language.
 */

/** Bits of the CFGSYS mask: the first frequency of each. */
const SYSTEM_BITS: Record<Constellation, number> = { gps: 0, beidou: 4, glonass: 8, galileo: 12 }

const NMEA_CLASS = 0
const MESSAGE_IDS: Partial<Record<SettableSentence, number>> = {
  gga: 0,
  gll: 1,
  gsa: 2,
  gsv: 3,
  rmc: 4,
  vtg: 5,
  zda: 6,
  gst: 7,
}

/** CFGSYS restarts the receiver, and sets sentences to their default. */
const RESTART_MS = 2000

/** `$OK` and `$FAIL,reason` do not say what they answer. */
const LAST_COMMAND = 'last'

export const unicore: ReceiverProfile = {
  name: 'unicore',
  intervalsMs: [1000, 200, 100],
  constellations: ['gps', 'beidou', 'glonass', 'galileo'],
  sentences: ['rmc', 'gga', 'gll', 'vtg', 'gsa', 'gsv', 'gst', 'zda'],
  commands({ intervalMs, constellations, sentences }) {
    const bodies: string[] = []
    if (constellations) {
      const mask = [...constellations].reduce((bits, system) => bits | (1 << SYSTEM_BITS[system]), 0)
      bodies.push(`CFGSYS,h${mask.toString(16)}`)
    }
    // Before the sentences: it turns some of them on again. The third field is for dead reckoning.
    if (intervalMs !== undefined) bodies.push(`CFGNAV,${intervalMs},${intervalMs},1000`)
    if (sentences)
      for (const [sentence, id] of Object.entries(MESSAGE_IDS))
        bodies.push(`CFGMSG,${NMEA_CLASS},${id},${sentences.has(sentence as SettableSentence) ? 1 : 0}`)
    return bodies.map((body): SetupCommand => {
      const command = { bytes: sentenceBytes(body), answeredAs: LAST_COMMAND }
      return body.startsWith('CFGSYS') ? { ...command, restartMs: RESTART_MS } : command
    })
  },
  readAnswer(sentence) {
    if (sentence === 'OK') return { to: LAST_COMMAND, accepted: true }
    return sentence === 'FAIL' || sentence.startsWith('FAIL,')
      ? { to: LAST_COMMAND, accepted: false }
      : undefined
  },
}
