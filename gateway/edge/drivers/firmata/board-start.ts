import type { Duplex } from 'node:stream'
import firmata, { type FirmataIo } from 'firmata-io'
import five from 'johnny-five'
import { BoardTransport } from './board-transport.ts'
import { READY_TIMEOUT_MS } from './firmata-config.ts'

/**
 * Boards that reset when their port opens say their version by themselves, most in about 2 s. Those that do not
 * (native USB) and those that were still starting when they were asked are asked again and again.
 */
const ASK_EVERY_MS = 1500
const REPORT_VERSION = 0xf9
const START_SYSEX = 0xf0
const REPORT_FIRMWARE = 0x79
const END_SYSEX = 0xf7

interface BoardEvents {
  /** The board has said what its pins can do, so long after the opening. */
  onReady(io: FirmataIo, readyMs: number): void
  onFailure(error: Error): void
  /** A message was dropped that had no end. */
  onDamaged(): void
}

/**
 * Starts johnny-five's Board on a line that has just been opened. In: the board's answers. Out: `onReady` once,
 * or `onFailure` with what was heard instead. `stop` leaves nothing behind: neither timer, nor listener on the
 * line, nor the board in johnny-five's list.
 */
export function startBoard(port: Duplex, baud: number, events: BoardEvents): { stop(): void } {
  const openedMs = performance.now()
  const transport = new BoardTransport(port, events)
  const io = new firmata.Firmata(transport)
  // It would ask once, and has no end of its own.
  clearTimeout(io.reportVersionTimeoutId)
  transport.attach(io)
  // Its own timeout speaks of other things than what was heard.
  const board = new five.Board({
    io,
    repl: false,
    debug: false,
    sigint: false,
    timeout: 2 * READY_TIMEOUT_MS,
  })
  const ask = setInterval(() => {
    const version = io.versionReceived ? [] : [REPORT_VERSION]
    transport.write(Uint8Array.of(...version, START_SYSEX, REPORT_FIRMWARE, END_SYSEX))
  }, ASK_EVERY_MS)
  const giveUp = setTimeout(
    () => events.onFailure(new Error(notReady(io, transport.first, baud))),
    READY_TIMEOUT_MS,
  )
  board.on('error', (error: Error) => events.onFailure(error))
  board.on('ready', () => {
    clearInterval(ask)
    clearTimeout(giveUp)
    events.onReady(io, performance.now() - openedMs)
  })
  // The port was opened before the board object existed, so its 'open' event has passed.
  io.emit('connect')

  return {
    stop() {
      clearInterval(ask)
      clearTimeout(giveUp)
      clearTimeout(board.timer)
      transport.detach()
      io.removeAllListeners()
      board.removeAllListeners()
      // johnny-five remembers every board it ever made; a gateway that reopens for years must not.
      const index = five.Board.cache.indexOf(board)
      if (index >= 0) five.Board.cache.splice(index, 1)
    },
  }
}

/** Why a board is not there, from what was heard of it. */
function notReady(io: FirmataIo, first: Buffer, baud: number): string {
  const within = `within ${READY_TIMEOUT_MS / 1000} s`
  if (io.versionReceived) {
    const { major, minor } = io.version
    return `the board says that it runs Firmata ${major}.${minor}, but not what its pins can do ${within}: load StandardFirmata anew, and check that the baud rate is ${baud}`
  }
  if (first.length === 0)
    return `no word from a board ${within}: check that it has power and runs StandardFirmata, and that the baud rate is ${baud}`
  const text = first.toString('latin1')
  // Lines of text and nothing else.
  if (/^[\t\r\n -~]*$/.test(text))
    return `no StandardFirmata board: this device writes text, such as ${JSON.stringify(text)}; check the path, or choose the driver that reads it`
  return `bytes arrive (${first.subarray(0, 8).toString('hex')}…), but no StandardFirmata board has answered ${within}: check that the board runs StandardFirmata and that the baud rate is ${baud}`
}
