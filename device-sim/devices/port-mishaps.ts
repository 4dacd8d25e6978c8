import { Random } from '../random.ts'
import type { Occurrence, OccurrenceOf } from '../scenario/occurrences.ts'
import { ComponentOccurrences, Ongoing } from '../signals/ongoing.ts'
import type { DevicePort } from './device-port.ts'

/** What happens to the ports of a device: unplugged, without power, at the wrong rate, with garbage on the line. */

/** After a pause a line does not catch up. */
const MAX_BURST_BYTES = 4096

type AtPort = 'unplugged' | 'wrong-baud' | 'garbage'

export class PortMishaps {
  readonly #port: DevicePort
  readonly #powerCuts: Ongoing<OccurrenceOf<'power-lost'>>
  readonly #unplugged: Ongoing<OccurrenceOf<'unplugged'>>
  readonly #wrongBaud: Ongoing<OccurrenceOf<'wrong-baud'>>
  readonly #garbage: Ongoing<OccurrenceOf<'garbage'>>
  #beforeMs = 0

  /** @param occurrences of the whole device. */
  constructor(port: DevicePort, occurrences: readonly Occurrence[]) {
    const all = new ComponentOccurrences(occurrences)
    const here = <W extends AtPort>(what: W) =>
      new Ongoing(all.of(what).filter(({ args }) => concerns(args, port.name)))
    this.#port = port
    this.#powerCuts = new Ongoing(all.of('power-lost'))
    this.#unplugged = here('unplugged')
    this.#wrongBaud = here('wrong-baud')
    this.#garbage = here('garbage')
  }

  /** Brings the port into the state of this moment. */
  advance(elapsedMs: number): void {
    const port = this.#port
    port.powered = !this.#powerCuts.latestAt(elapsedMs)
    port.spokenBaud = this.#wrongBaud.latestAt(elapsedMs)?.args.baud
    if (this.#unplugged.latestAt(elapsedMs)) port.unplug()
    else port.plug()
    for (const { args, beginMs, seed } of this.#garbage.at(elapsedMs)) {
      const soFar = (atMs: number) => Math.floor((args.bytesPerS * Math.max(0, atMs - beginMs)) / 1000)
      const bytes = Math.min(MAX_BURST_BYTES, soFar(elapsedMs) - soFar(this.#beforeMs))
      const random = new Random(seed, `garbage ${Math.floor(elapsedMs)}`)
      port.write(Uint8Array.from({ length: bytes }, () => random.integer(0, 255)))
    }
    this.#beforeMs = elapsedMs
  }
}

/** A happening without a port is of every port. */
export function concerns(args: object, port: string): boolean {
  return !('port' in args) || args.port === undefined || args.port === port
}
