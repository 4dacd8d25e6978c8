import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pino } from 'pino'
import type { SimulatedDevice } from '../../device-sim/devices/simulated-device.ts'
import { EdgeConfig } from '../../gateway/edge/config.ts'
import { type Edge, startEdge } from '../../gateway/edge/edge.ts'
import type { OpenPort } from '../../gateway/edge/serial/open-serial-port.ts'
import { decodeBody } from '../../proto/codec/codec.ts'
import { type CaseReport, LANES } from '../../proto/domain.ts'
import { gatewayConfig } from './gateway-config.ts'

/** A report of a case; times are true time, Unix ms. */
export interface KeptReport {
  gateway: string
  /** When the gateway said it. */
  madeMs: number
  /** When it was safe on the gateway's disk. */
  keptMs: number
  report: CaseReport
}

export interface GatewayUnderTestOptions {
  device: SimulatedDevice
  data: string
  brokerUrl: string
  openPort?: OpenPort
  /** True time, Unix ms. */
  nowMs: () => number
  /** Lines of the gateway's log from warnings up, for whoever looks for a reason. */
  onWarning?: (line: string) => void
}

/**
 * The unmodified gateway of one device, and what it reports. Reports are read from the outbox, where they are kept
 * for a hub that this suite does not have.
 */
export class GatewayUnderTest {
  readonly config: EdgeConfig
  readonly reports: KeptReport[] = []
  readonly #options: GatewayUnderTestOptions
  #edge: Edge | undefined
  #outbox: DatabaseSync | undefined
  /** When each report was made that is not in the outbox yet: the gateway's log says so at once. */
  readonly #madeMs: number[] = []
  #lastSequence = 0

  /** @throws ZodError where the configuration that is made for the device is none. */
  constructor(options: GatewayUnderTestOptions) {
    const { device, data, brokerUrl } = options
    this.#options = options
    this.config = EdgeConfig.parse(gatewayConfig(device, { data, brokerUrl }))
  }

  get running(): boolean {
    return this.#edge !== undefined
  }

  async start(): Promise<void> {
    const { onWarning, openPort } = this.#options
    const log = pino(
      { level: 'info', base: null },
      {
        write: (line: string) => {
          const { level, case: caseId, msg } = JSON.parse(line) as Record<string, unknown>
          if (caseId !== undefined) this.#madeMs.push(this.#options.nowMs())
          if (Number(level) >= pino.levels.values.warn!) onWarning?.(String(msg))
        },
      },
    )
    this.#edge = await startEdge(this.config, log, openPort)
  }

  async stop(): Promise<void> {
    const edge = this.#edge
    this.#edge = undefined
    await edge?.stop()
    this.collect()
  }

  /** Looks into the outbox for reports that have been announced and are safe by now. */
  collect(): void {
    if (this.#madeMs.length === 0) return
    const { device, data, nowMs } = this.#options
    this.#outbox ??= new DatabaseSync(join(data, 'outbox.db'), { readOnly: true })
    const rows = this.#outbox
      .prepare('SELECT sequence, body FROM outbox WHERE lane = ? AND sequence > ? ORDER BY sequence')
      .all(LANES.indexOf('case'), this.#lastSequence)
    for (const { sequence, body } of rows) {
      this.#lastSequence = Number(sequence)
      const decoded = decodeBody('case', body as Uint8Array)
      if (decoded.lane === 'case')
        this.reports.push({
          gateway: device.id,
          madeMs: this.#madeMs.shift()!,
          keptMs: nowMs(),
          report: decoded.report,
        })
    }
  }

  close(): void {
    this.#outbox?.close()
    this.#outbox = undefined
  }
}
