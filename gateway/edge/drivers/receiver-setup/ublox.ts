import { type ReceiverProfile, type SetupCommand, sentenceBytes } from './receiver-profile.ts'
import { UbxAnswers, ubxFrame, ubxName } from './ubx.ts'

/**
 * u-blox 8 and M8. Source: u-blox 8 / u-blox M8 Receiver description including protocol specification, UBX-13003221 R25:
 * PUBX,40; UBX-CFG-RATE; UBX-CFG-GNSS; chapter GNSS configuration. PUBX is never answered.
 */

const CFG = 0x06
const CFG_RATE = 0x08
const CFG_GNSS = 0x3e

/** Reserved and most tracking channels of each, as the receiver has them from the factory. */
const GNSS_BLOCKS = [
  { id: 0, channels: [8, 16], with: 'gps' },
  // Augmentation: allowed only with GPS; GPS and QZSS are to be both on or both off.
  { id: 1, channels: [1, 3], with: 'gps' },
  { id: 2, channels: [4, 8], with: 'galileo' },
  { id: 3, channels: [8, 16], with: 'beidou' },
  { id: 5, channels: [0, 3], with: 'gps' },
  { id: 6, channels: [8, 14], with: 'glonass' },
] as const

/** "Wait first for the acknowledgement, then 0.5 s" (UBX-CFG-GNSS). */
const RESTART_MS = 500

const SENTENCES = ['rmc', 'gga', 'gns', 'gll', 'vtg', 'gsa', 'gsv', 'gst', 'zda'] as const

export const ublox: ReceiverProfile = {
  name: 'ublox',
  intervalsMs: { from: 100, to: 10_000 },
  // Turning Galileo on needs a hardware reset: that is no thing to do at each opening of a line.
  constellations: ['gps', 'beidou', 'glonass'],
  sentences: SENTENCES,
  combinationMistake: ({ size }) =>
    size === 3 ? 'ublox has two radio paths: choose at most two of gps, beidou, glonass' : undefined,
  commands({ intervalMs, constellations, sentences }) {
    const commands: SetupCommand[] = []
    if (constellations) {
      const blocks = GNSS_BLOCKS.flatMap(({ id, channels: [reserved, most], with: system }) => [
        id,
        reserved,
        most,
        0,
        // Flags, little-endian: bit 0 enables, bit 16 is the first signal.
        constellations.has(system) ? 1 : 0,
        0,
        1,
        0,
      ])
      // Version, channels of the hardware (read only), channels to use (all), number of blocks.
      const payload = [0, 0, 0xff, GNSS_BLOCKS.length, ...blocks]
      commands.push({
        bytes: ubxFrame(CFG, CFG_GNSS, payload),
        answeredAs: ubxName(CFG, CFG_GNSS),
        restartMs: RESTART_MS,
      })
    }
    if (intervalMs !== undefined)
      commands.push({
        // Measurement interval; one solution a measurement; aligned to GPS time.
        bytes: ubxFrame(CFG, CFG_RATE, [intervalMs & 0xff, intervalMs >> 8, 1, 0, 1, 0]),
        answeredAs: ubxName(CFG, CFG_RATE),
      })
    if (sentences)
      for (const sentence of SENTENCES) {
        const rate = sentences.has(sentence) ? 1 : 0
        // Once a solution on both UARTs and USB; nothing on DDC and SPI, which are no lines of ours.
        commands.push({
          bytes: sentenceBytes(`PUBX,40,${sentence.toUpperCase()},0,${rate},${rate},${rate},0,0`),
        })
      }
    return commands
  },
  watchAnswers: (onAnswer) => new UbxAnswers(onAnswer),
  isBanner: (sentence) => /^..TXT,01,01,02,u-blox /i.test(sentence),
}
