import firmata from 'firmata-io'
import five, { type Board } from 'johnny-five'
import type { ComponentConfig, FirmataPortConfig } from '../../config.ts'
import type { Driver, DriverContext } from '../driver.ts'

/** A board that has not said what it can do after this long is given up until the port is opened again. */
const READY_TIMEOUT_MS = 15_000
/** Boards that reset when the port opens say their version by themselves in about 2 s; ask those that do not. */
const ASK_VERSION_AFTER_MS = 1500

export interface SensorValue {
  component: string
  metric: string
  value: number
}

/**
 * A board running StandardFirmata: analog channels in, readings of components out. Readings follow the board's
 * own reports, never a timer: johnny-five's Sensor repeats its last value for ever when a board falls silent,
 * which would hide a dead sensor, so channels are read through the Board itself.
 */
export function startFirmataDriver(
  context: DriverContext,
  config: FirmataPortConfig,
  components: ComponentConfig[],
  onValue: (value: SensorValue) => void,
): Driver {
  const io = new firmata.Firmata(context.port, {
    reportVersionTimeout: ASK_VERSION_AFTER_MS,
    samplingInterval: config.samplingMs,
  })
  const board = new five.Board({ io, repl: false, debug: false, sigint: false })
  const readyTimer = setTimeout(
    () =>
      context.onFailure(
        new Error(
          `no answer from a StandardFirmata board within ${READY_TIMEOUT_MS / 1000} s: check that the board runs StandardFirmata and that the baud rate is ${config.baud}`,
        ),
      ),
    READY_TIMEOUT_MS,
  )
  board.on('error', (error: Error) => context.onFailure(error))
  io.on('error', (error: Error) => context.onFailure(error))
  board.on('ready', () => {
    clearTimeout(readyTimer)
    context.onSense()
    context.count('boards-ready')
    try {
      for (const component of components) readSensors(board, context, config, component, onValue)
    } catch (error) {
      context.onFailure(error as Error)
    }
  })
  // The port was opened before the board object existed, so its 'open' event has passed.
  io.emit('connect')

  return {
    stop() {
      clearTimeout(readyTimer)
      clearTimeout(board.timer)
      io.removeAllListeners()
      board.removeAllListeners()
      // Late errors of a port that is going away have nobody left to tell.
      io.on('error', () => {})
      // johnny-five remembers every board it ever made; a gateway that reopens for years must not.
      const index = five.Board.cache.indexOf(board)
      if (index >= 0) five.Board.cache.splice(index, 1)
    },
  }
}

function readSensors(
  board: Board,
  context: DriverContext,
  config: FirmataPortConfig,
  component: ComponentConfig,
  onValue: (value: SensorValue) => void,
): void {
  const fullScale = board.io.RESOLUTION.ADC ?? 1023
  for (const sensor of component.sensors.filter(({ port }) => port === config.name)) {
    const channel = Number(sensor.channel.slice(1))
    if (board.io.analogPins[channel] === undefined)
      throw new Error(
        `channel ${sensor.channel} (${component.code} ${sensor.metric}): the board has A0 to A${board.io.analogPins.length - 1}`,
      )
    const [atZero, atFull] = sensor.scale
    board.analogRead(channel, (raw) => {
      context.onSense()
      context.count('reports')
      onValue({
        component: component.code,
        metric: sensor.metric,
        value: atZero + ((atFull - atZero) * raw) / fullScale,
      })
    })
  }
}
