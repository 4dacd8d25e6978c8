/** Quantities in the texts of findings, which inspectors and supervisors read in China time. */

const CHINA_MS = 8 * 3_600_000

/** 08:05, China time (UTC+8). */
export const clockText = (timeMs: number): string => new Date(timeMs + CHINA_MS).toISOString().slice(11, 16)

/** `1 h 05 min`, `12 min`, `45 s` */
export function durationEn(ms: number): string {
  const { hours, minutes, seconds } = parts(ms)
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`
  return minutes > 0 ? `${minutes} min` : `${seconds} s`
}

export function durationZh(ms: number): string {
  const { hours, minutes, seconds } = parts(ms)
  if (hours > 0) return minutes > 0 ? `${hours}小时${minutes}分钟` : `${hours}小时`
  return minutes > 0 ? `${minutes}分钟` : `${seconds}秒`
}

function parts(ms: number): { hours: number; minutes: number; seconds: number } {
  const seconds = Math.round(ms / 1000)
  const minutes = Math.round(seconds / 60)
  if (seconds < 60) return { hours: 0, minutes: 0, seconds }
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60, seconds: 0 }
}

/** To a tenth. */
export const tenth = (value: number): number => Math.round(value * 10) / 10

/** Of a gap. */
export const CAUSES = {
  'no-fix': { zh: '无定位', en: 'no fix' },
  'no-power': { zh: '断电', en: 'no power' },
  'no-uplink': { zh: '未上传', en: 'no uplink: data may still come' },
  'off-duty': { zh: '未在岗', en: 'off duty' },
  paused: { zh: '休息', en: 'paused' },
  unknown: { zh: '原因不明', en: 'cause unknown' },
} as const
