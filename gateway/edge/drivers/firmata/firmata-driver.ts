import type { Driver, DriverContext } from '../driver.ts'
import { describeBoard } from './board-pins.ts'
import { startBoard } from './board-start.ts'
import { type FirmataPortConfig, type FirmataSensorConfig, hex } from './firmata-config.ts'
import { type WiredSensor, wireSensors } from './wired-sensors.ts'

/** More than this many refused sensors are not named in a port's state. */
const MAX_NAMED_REFUSALS = 3

export interface SensorValue {
  component: string
  metric: string
  value: number
}

/** What became of the board, or of one sensor: `well` or not, the state, and why. */
export type OnFirmataState = (
  who: string,
  well: boolean,
  state: 'ready' | 'refused' | 'answering' | 'unanswered' | 'without value',
  detail: string,
) => void

/**
 * Any board running StandardFirmata. In: its analog reports, its digital inputs and the chips on its I²C bus. Out:
 * readings of components, each from a report or an answer of the board and never from a timer: what johnny-five's
 * own sensor classes say of a dead sensor is its last value, or 0, for ever. A sensor that the board cannot read is
 * refused in words and the others work on; a port none of whose sensors can be read fails.
 */
export function startFirmataDriver(
  context: DriverContext,
  config: FirmataPortConfig & { name: string },
  components: readonly { code: string; sensors: readonly FirmataSensorConfig[] }[],
  onValue: (value: SensorValue) => void,
  onState: OnFirmataState,
): Driver {
  /** Once it has failed or was stopped, nothing is told of it: what else a message held is of the past. */
  let over = false
  const whileOn = {
    onSense() {
      if (!over) context.onSense()
    },
    count: context.count,
    onFailure(error: Error) {
      if (over) return
      over = true
      context.onFailure(error)
    },
  }
  const refusals: { who: string; reason: string }[] = []
  const sensors = components.flatMap(({ code, sensors }) =>
    sensors.filter(({ port }) => port === config.name).map((sensor) => wiredSensor(code, sensor)),
  )
  let wiring: { stop(): void } | undefined

  function wiredSensor(component: string, sensor: FirmataSensorConfig): WiredSensor {
    const { metric, channel, i2c } = sensor
    const who = `${component} ${metric}`
    const where = i2c ? `I²C ${i2c.chip ?? hex(i2c.address!)}` : `channel ${channel}`
    return {
      sensor,
      onValue(value) {
        if (!over) onValue({ component, metric, value })
      },
      onI2cState: (state, detail) => onState(who, state === 'answering', state, detail),
      onRefused: (reason) => refusals.push({ who, reason: `${where} (${who}): ${reason}` }),
    }
  }

  const board = startBoard(context.port, config.baud, {
    onReady(io, readyMs) {
      context.count('boards-ready')
      context.count('ready-ms', Math.round(readyMs))
      onState('board', true, 'ready', `${describeBoard(io)}, after ${(readyMs / 1000).toFixed(1)} s`)
      wiring = wireSensors(io, sensors, config.samplingMs, whileOn)
      if (refusals.length > 0) context.count('sensors-refused', refusals.length)
      if (refusals.length > 0 && refusals.length === sensors.length)
        return whileOn.onFailure(new Error(namedRefusals()))
      whileOn.onSense()
      for (const { who, reason } of refusals) onState(who, false, 'refused', reason)
    },
    onFailure: whileOn.onFailure,
    onDamaged: () => context.count('damaged'),
  })

  function namedRefusals(): string {
    const reasons = refusals.slice(0, MAX_NAMED_REFUSALS).map(({ reason }) => reason)
    const more = refusals.length - reasons.length
    return [...reasons, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  }

  return {
    stop() {
      over = true
      wiring?.stop()
      board.stop()
    },
  }
}
