import type { Played } from './played.ts'

/**
 * Plays one scenario in this process, and hands its score to the one that forked it. Arguments: the scenario file,
 * and `virtual` with the lines and what is added to the seed, or `live` with the URL of a broker. Virtual time must be
 * there before the gateway is loaded, so each way is loaded only when it is asked for.
 */
const [file, way, ...rest] = process.argv.slice(2)
if (file === undefined || rest[0] === undefined || !process.send)
  throw new Error('expected to be forked with a scenario file and the way to play it')

let played: Played
if (way === 'virtual') {
  const { playInVirtualTime } = await import('./play-in-virtual-time.ts')
  const lines = rest[0] === 'pty' ? 'pty' : 'memory'
  played = await playInVirtualTime(file, { lines, seedShift: Number(rest[1]) })
} else {
  const { playInRealTime } = await import('./play-in-real-time.ts')
  played = await playInRealTime(file, rest[0])
}
const { scored } = await import('./scored.ts')
// Replaced timers keep no process alive, sockets of the uplink do.
process.send(scored(played), () => process.exit(0))
