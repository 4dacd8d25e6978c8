import type { Pty } from './pty.ts'

/**
 * A receiver that can be told what to write, as the families on the market are told. In: commands of its family on the
 * line. Out: sentences at the rate and of the kinds that it was told, and the answers that its family gives. Without
 * power it forgets. It reads commands with code of its own, and is as strict as receivers are: what has a wrong checksum
 * or an unknown name is not heard.
 */

export type ReceiverFamily = 'casic' | 'mtk' | 'quectel-pair' | 'unicore' | 'ublox' | 'deaf'

export interface ConfigurableReceiverOptions {
  family: ReceiverFamily
  /** The time that its fixes say. */
  nowMs: () => number
  place: { lat: number; lon: number }
  /** Commands that are refused, by the beginning of their text. */
  refuses?: readonly string[]
}

export interface ReceiverSettings {
  intervalMs: number
  sentences: Set<string>
  constellations: Set<string>
}

const fromFactory = (): ReceiverSettings => ({
  intervalMs: 1000,
  sentences: new Set(['gga', 'gll', 'gsa', 'gsv', 'rmc', 'vtg']),
  constellations: new Set(['gps', 'glonass']),
})

const TALKERS: Record<string, string> = { gps: 'GP', glonass: 'GL', galileo: 'GA', beidou: 'GB' }
const SYSTEM_IDS: Record<string, number> = { gps: 1, glonass: 2, galileo: 3, beidou: 4 }

const BANNERS: Partial<Record<ReceiverFamily, readonly string[]>> = {
  casic: ['GPTXT,01,01,02,MA=CASIC', 'GPTXT,01,01,02,SW=URANUS5,V5.3.0.0'],
  mtk: ['PMTK011,MTKGPS', 'PMTK010,001'],
  ublox: ['GNTXT,01,01,02,u-blox AG - www.u-blox.com', 'GNTXT,01,01,02,HW UBX-M8030 00080000'],
}

/** Commands for constellations with which these families start anew. */
const RESTARTING: readonly string[] = ['PMTK353', 'PAIR066', 'CFGSYS']
const RESTART_MS = 1200

export class ConfigurableReceiver {
  readonly #pty: Pty
  readonly #options: ConfigurableReceiverOptions
  #settings = fromFactory()
  #text = ''
  #binary: number[] = []
  #timer: NodeJS.Timeout | undefined
  #powered = true
  /** Texts of the commands that were heard; frames of u-blox as hexadecimal digits of class and number. */
  readonly heard: string[] = []

  constructor(pty: Pty, options: ConfigurableReceiverOptions) {
    this.#pty = pty
    this.#options = options
    pty.onData((bytes) => this.#hear(bytes))
  }

  get settings(): Readonly<ReceiverSettings> {
    return this.#settings
  }

  start(): void {
    this.#schedule()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** No power: nothing is written, nothing is heard. */
  powerOff(): void {
    this.#powered = false
    clearTimeout(this.#timer)
  }

  /** With power again it knows nothing of what it was told, says who it is, and begins. */
  powerOn(): void {
    this.#settings = fromFactory()
    this.#wake()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#writeEpoch()
      this.#schedule()
    }, this.#settings.intervalMs)
  }

  #writeEpoch(): void {
    const { sentences, constellations } = this.#settings
    const { nowMs, place } = this.#options
    const at = new Date(nowMs()).toISOString()
    // 2026-05-01T08:00:00.250Z
    const clock = `${at.slice(11, 19).replaceAll(':', '')}.${at.slice(20, 22)}`
    const position = `${degreesMinutes(place.lat, 2)},N,${degreesMinutes(place.lon, 3)},E`
    const systems = [...constellations]
    const writers: Record<string, () => string[]> = {
      rmc: () => [
        `GNRMC,${clock},A,${position},0.0,,${at.slice(8, 10)}${at.slice(5, 7)}${at.slice(2, 4)},,,A`,
      ],
      gga: () => [`GNGGA,${clock},${position},1,09,0.9,12.0,M,11.2,M,,`],
      gll: () => [`GNGLL,${position},${clock},A,A`],
      vtg: () => ['GNVTG,,T,,M,0.0,N,0.0,K,A'],
      zda: () => [`GNZDA,${clock},${at.slice(8, 10)},${at.slice(5, 7)},${at.slice(0, 4)},00,00`],
      gst: () => [`GNGST,${clock},0.5,,,,0.2,0.1,0.4`],
      gsa: () => systems.map((system) => `GNGSA,A,3,01,02,03,,,,,,,,,,1.6,0.9,1.3,${SYSTEM_IDS[system]}`),
      gsv: () => systems.map((system) => `${TALKERS[system]}GSV,1,1,00`),
    }
    for (const [sentence, write] of Object.entries(writers))
      if (sentences.has(sentence)) for (const body of write()) this.#say(body)
  }

  #hear(bytes: Uint8Array): void {
    if (!this.#powered) return
    for (const byte of bytes) {
      if (this.#options.family === 'ublox') this.#hearBinary(byte)
      this.#text = byte === 0x24 ? '$' : this.#text + String.fromCharCode(byte)
      if (byte === 0x0a) {
        const body = unframed(this.#text)
        this.#text = ''
        if (body !== undefined) this.#obey(body)
      } else if (this.#text.length > 200) this.#text = ''
    }
  }

  #obey(body: string): void {
    const { family, refuses = [] } = this.#options
    const [name = '', ...fields] = body.split(',')
    const numbers = fields.map(Number)
    const apply = COMMANDS[family][name]
    if (!apply) return
    this.heard.push(body)
    const accepted = !refuses.some((refused) => body.startsWith(refused))
    const { intervalMs } = this.#settings
    if (accepted) apply(this.#settings, numbers, fields)
    if (family === 'mtk') this.#say(`PMTK001,${name.slice(4)},${accepted ? 3 : 1}`)
    if (family === 'quectel-pair') this.#say(`PAIR001,${name.slice(4)},${accepted ? 0 : 3}`)
    if (family === 'unicore') {
      this.#say(`GNTXT,01,01,00,${body}`)
      this.#say(accepted ? 'OK' : 'FAIL,0')
    }
    if (accepted && RESTARTING.includes(name)) this.#restart()
    else if (this.#settings.intervalMs !== intervalMs) this.#schedule()
  }

  /** Neither hears nor speaks for a while, then says who it is and goes on with what it was told. */
  #restart(): void {
    this.powerOff()
    this.#timer = setTimeout(() => this.#wake(), RESTART_MS)
  }

  #wake(): void {
    this.#powered = true
    for (const banner of BANNERS[this.#options.family] ?? []) this.#say(banner)
    this.#schedule()
  }

  /** Frames with the right sum are answered; class 6 number 8 is the rate, number 62 the constellations. */
  #hearBinary(byte: number): void {
    const held = this.#binary
    held.push(byte)
    if (held[0] !== 0xb5 || (held.length > 1 && held[1] !== 0x62)) {
      held.length = 0
      return
    }
    if (held.length < 8) return
    const length = held[4]! + 256 * held[5]!
    if (length > 512) held.length = 0
    if (held.length < 8 + length) return
    const body = held.slice(2, -2)
    const [a, b] = sums(body)
    const right = a === held.at(-2) && b === held.at(-1)
    held.length = 0
    if (!right) return
    const [messageClass, id] = body as [number, number]
    const payload = body.slice(4)
    this.heard.push(`${messageClass.toString(16).padStart(2, '0')}-${id.toString(16).padStart(2, '0')}`)
    const known = messageClass === 6 && (id === 8 || id === 62)
    if (known && id === 8) {
      this.#settings.intervalMs = payload[0]! + 256 * payload[1]!
      this.#schedule()
    }
    if (known && id === 62) {
      const names: Record<number, string> = { 0: 'gps', 2: 'galileo', 3: 'beidou', 6: 'glonass' }
      for (let at = 4; at < payload.length; at += 8) {
        const system = names[payload[at]!]
        if (system === undefined) continue
        if ((payload[at + 4]! & 1) === 1) this.#settings.constellations.add(system)
        else this.#settings.constellations.delete(system)
      }
    }
    const answer = [5, known ? 1 : 0, 2, 0, messageClass, id]
    this.#pty.write(Uint8Array.of(0xb5, 0x62, ...answer, ...sums(answer)))
  }

  #say(body: string): void {
    this.#pty.write(Buffer.from(framed(body), 'latin1'))
  }
}

type Apply = (settings: ReceiverSettings, numbers: number[], fields: string[]) => void

const setSystems = (
  settings: ReceiverSettings,
  systems: readonly (string | undefined)[],
  on: number[],
): void => {
  settings.constellations = new Set(systems.filter((system, i): system is string => !!system && on[i] === 1))
}
const setSentence = ({ sentences }: ReceiverSettings, sentence: string | undefined, rate: number): void => {
  if (sentence === undefined) return
  if (rate > 0) sentences.add(sentence)
  else sentences.delete(sentence)
}
const bits = (mask: number, places: readonly number[]): number[] => places.map((place) => (mask >> place) & 1)

const BY_NUMBER = ['gga', 'gll', 'gsa', 'gsv', 'rmc', 'vtg', 'zda', 'gst']
/** Sentences by the place of their field. */
const PCAS03: Record<number, string> = { ...BY_NUMBER.slice(0, 7), 13: 'gst' }
const PMTK314: Record<number, string> = {
  ...['gll', 'rmc', 'vtg', 'gga', 'gsa', 'gsv'],
  7: 'gst',
  17: 'zda',
}

const COMMANDS: Record<ReceiverFamily, Record<string, Apply>> = {
  deaf: {},
  casic: {
    PCAS02: (settings, [ms]) => {
      settings.intervalMs = ms!
    },
    // A blank field keeps what it has.
    PCAS03: (settings, numbers, fields) => {
      for (const [place, sentence] of Object.entries(PCAS03))
        if (fields[Number(place)]) setSentence(settings, sentence, numbers[Number(place)]!)
    },
    PCAS04: (settings, [mode]) => setSystems(settings, ['gps', 'beidou', 'glonass'], bits(mode!, [0, 1, 2])),
  },
  mtk: {
    PMTK220: (settings, [ms]) => {
      settings.intervalMs = ms!
    },
    PMTK314: (settings, numbers) => {
      for (const [place, sentence] of Object.entries(PMTK314))
        setSentence(settings, sentence, numbers[Number(place)] ?? 0)
    },
    PMTK353: (settings, numbers) =>
      setSystems(settings, ['gps', 'glonass', 'galileo', undefined, 'beidou'], numbers),
  },
  'quectel-pair': {
    PAIR050: (settings, [ms]) => {
      settings.intervalMs = ms!
    },
    PAIR062: (settings, [type, rate]) => setSentence(settings, BY_NUMBER[type!], rate!),
    PAIR066: (settings, numbers) => setSystems(settings, ['gps', 'glonass', 'galileo', 'beidou'], numbers),
  },
  unicore: {
    CFGNAV: (settings, [ms]) => {
      settings.intervalMs = ms!
    },
    CFGMSG: (settings, [, id, rate]) => setSentence(settings, BY_NUMBER[id!], rate!),
    CFGSYS: (settings, _, [mask = '']) => {
      const systems = ['gps', 'beidou', 'glonass', 'galileo']
      setSystems(settings, systems, bits(Number.parseInt(mask.slice(1), 16), [0, 4, 8, 12]))
      // It restarts, and sentences are as from the factory.
      settings.sentences = fromFactory().sentences
    },
  },
  ublox: {
    PUBX: (settings, _, [id, kind = '', , rate]) => {
      if (id === '40') setSentence(settings, kind.toLowerCase(), Number(rate))
    },
  },
}

/** `ddmm.mmmmm` of a place north and east of zero. */
function degreesMinutes(degrees: number, digits: number): string {
  const whole = Math.floor(degrees)
  return `${String(whole).padStart(digits, '0')}${((degrees - whole) * 60).toFixed(5).padStart(8, '0')}`
}

function framed(body: string): string {
  let sum = 0
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

/** The body of a sentence whose checksum is right. */
function unframed(text: string): string | undefined {
  const body = /^\$(.*)\*[0-9A-F]{2}\r\n$/.exec(text)?.[1]
  return body !== undefined && framed(body) === text ? body : undefined
}

/** Two sums of Fletcher's kind, modulo 256. */
function sums(bytes: readonly number[]): [number, number] {
  let a = 0
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) & 0xff
    b = (b + a) & 0xff
  }
  return [a, b]
}
