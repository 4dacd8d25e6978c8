import type { Played } from './played.ts'

/**
 * Plays one scenario in this process, and hands its score to the one that forked it. Arguments: the scenario file,
 * and what is added to its seed, or for a run in real time the URL of a broker. Virtual time must be there before the gateway is loaded, so each
 * way is loaded only when it is asked for.
 */
const [file, argument] = process.argv.slice(2)
if (file === undefined || argument === undefined || !process.send)
  throw new Error('expected to be forked with a scenario file')

let played: Played
if (/^\d+$/.test(argument)) {
  const { playInVirtualTime } = await import('./play-in-virtual-time.ts')
  played = await playInVirtualTime(file, Number(argument))
} else {
  const { playInRealTime } = await import('./play-in-real-time.ts')
  played = await playInRealTime(file, argument)
}
const { scored } = await import('./scored.ts')
// Replaced timers keep no process alive, sockets of the uplink do.
process.send(scored(played), () => process.exit(0))
