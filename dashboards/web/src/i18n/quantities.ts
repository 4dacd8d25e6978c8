import type { Language } from '../url-state.ts'

/** Quantities as people read them. Times are shown in the browser's own time zone. */

export interface Quantities {
  /** Metres in, `850 m` or `12.3 km` out. */
  distance: (metres: number) => string
  /** Seconds in, `1 小时 5 分` out. */
  duration: (seconds: number) => string
  /** m/s in, km/h out. */
  speed: (mps: number) => string
  /** `08:15:02` */
  clock: (timeMs: number) => string
  /** `5月1日 周五` */
  day: (timeMs: number) => string
  /** `5月1日 08:15`, with the year where it is not this one. */
  moment: (timeMs: number, nowMs: number) => string
  /** `3 分钟前` */
  ago: (timeMs: number, nowMs: number) => string
  /** A ratio in, `87.5%` out: never rounded up to 100% nor down to 0%. */
  percent: (ratio: number) => string
  /** Bytes in, `850 B`, `12.3 MB` out: powers of 1000, as data plans count. */
  bytes: (bytes: number) => string
  number: (value: number, digits?: number) => string
}

const LOCALES = { zh: 'zh-CN', en: 'en-GB' }

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

export function quantities(language: Language): Quantities {
  const locale = LOCALES[language]
  const zh = language === 'zh'
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', hourCycle: 'h23' })
  const day = { month: zh ? 'long' : 'short', day: 'numeric' } as const
  const minute = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const moment = new Intl.DateTimeFormat(locale, { ...day, ...minute })
  const momentWithYear = new Intl.DateTimeFormat(locale, { year: 'numeric', ...day, ...minute })
  const weekday = new Intl.DateTimeFormat(locale, { ...day, weekday: 'short' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: zh ? 'long' : 'short' })
  const number = (value: number, digits = 0) =>
    value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits })

  return {
    number,
    bytes: (bytes) => {
      const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
      return `${number(bytes / 1000 ** power, power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`
    },
    distance: (metres) => (metres < 1000 ? `${number(metres)} m` : `${number(metres / 1000, 1)} km`),
    duration: (seconds) => {
      if (seconds < 60) return zh ? `${number(seconds)} 秒` : `${number(seconds)} s`
      const minutes = Math.round(seconds / 60)
      const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
      if (zh) return [hours && `${hours} 小时`, (rest || !hours) && `${rest} 分`].filter(Boolean).join(' ')
      return [hours && `${hours} h`, (rest || !hours) && `${rest} min`].filter(Boolean).join(' ')
    },
    speed: (mps) => `${number(mps * 3.6, 1)} km/h`,
    clock: (timeMs) => clock.format(timeMs),
    day: (timeMs) => weekday.format(timeMs),
    moment: (timeMs, nowMs) =>
      (new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear() ? moment : momentWithYear).format(
        timeMs,
      ),
    ago: (timeMs, nowMs) => {
      const seconds = Math.max(0, (nowMs - timeMs) / 1000)
      if (seconds < 10) return zh ? '刚刚' : 'just now'
      if (seconds < 60) return relative.format(-Math.round(seconds), 'second')
      if (seconds < 3600) return relative.format(-Math.round(seconds / 60), 'minute')
      if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour')
      return relative.format(-Math.round(seconds / 86_400), 'day')
    },
    percent: (ratio) => {
      const tenths = Math.round(ratio * 1000)
      const shown = ratio < 1 && tenths === 1000 ? 999 : ratio > 0 && tenths === 0 ? 1 : tenths
      return `${number(shown / 10, 1)}%`
    },
  }
}
