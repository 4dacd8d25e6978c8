import { useWords } from '../i18n/language.tsx'
import type { Picture } from './report-model.ts'

/** The track drawn as SVG: sharp on paper, and there without WebGL. */
export function TrackPicture({ picture }: { picture: Picture }) {
  const { t } = useWords()
  const { width, height, streets, grids, lines, gaps, stops, findings, start, end } = picture
  return (
    <svg
      className="track-picture"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={t.report.map}
      data-testid="track-picture"
    >
      <rect width={width} height={height} className="picture-ground" />
      <path d={streets} className="picture-streets" />
      <path d={grids} className="picture-grids" />
      <path d={lines} className="picture-edge" />
      <path d={lines} className="picture-track" />
      <path d={gaps} className="picture-gaps" />
      {stops.map(([x, y]) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r="4" className="picture-stop" />
      ))}
      {findings.map(([x, y]) => (
        <path key={`${x} ${y}`} d={`M${x} ${y - 8}l7 12h-14z`} className="picture-finding" />
      ))}
      {start && <Mark at={start} letter={t.report.start} />}
      {end && <Mark at={end} letter={t.report.end} />}
      <g transform={`translate(${width - 22} 16)`} className="picture-north">
        <rect x="-13" y="-8" width="26" height="52" rx="5" />
        <path d="M0 24V0M-5 8l5-8 5 8" />
        <text y="38" textAnchor="middle">
          {t.report.north}
        </text>
      </g>
    </svg>
  )
}

function Mark({ at: [x, y], letter }: { at: [number, number]; letter: string }) {
  return (
    <g transform={`translate(${x} ${y})`} className="picture-mark">
      <circle r="8" />
      <text y="4" textAnchor="middle">
        {letter}
      </text>
    </g>
  )
}
