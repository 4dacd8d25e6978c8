import type { NewReport, TerminalState } from '../../../proto/terminal-http.ts'
import type { Words } from './words.ts'

export interface PlaceAsked {
  by: 'fix' | 'hand' | 'none'
  lat: string
  lon: string
}

export interface PlaceFieldProps {
  words: Words
  place: PlaceAsked
  fix: TerminalState['fix']
  onChange: (place: PlaceAsked) => void
}

/** The terminal's own place, told with its age and accuracy, one typed in, or none. */
export function PlaceField({ words, place, fix, onChange }: PlaceFieldProps) {
  const choices = { fix: words.here, hand: words.byHand, none: words.noPosition }
  return (
    <fieldset>
      <legend>{words.position}</legend>
      <div className="choices">
        {(['fix', 'hand', 'none'] as const).map((by) => (
          <label key={by}>
            <input
              type="radio"
              name="place"
              checked={place.by === by}
              onChange={() => onChange({ ...place, by })}
            />
            {choices[by]}
          </label>
        ))}
      </div>
      {place.by === 'fix' && (
        <p className="quiet" data-testid="fix">
          {fix === undefined ? words.noFix : fixText(fix, words)}
        </p>
      )}
      {place.by === 'hand' && (
        <div className="pair">
          {(['lat', 'lon'] as const).map((axis) => (
            <label key={axis}>
              {axis === 'lat' ? words.latitude : words.longitude}
              <input
                inputMode="decimal"
                value={place[axis]}
                onChange={(event) => onChange({ ...place, [axis]: event.target.value })}
              />
            </label>
          ))}
        </div>
      )}
    </fieldset>
  )
}

function fixText({ lat, lon, ageS, accuracyM }: NonNullable<TerminalState['fix']>, words: Words): string {
  const accuracy = accuracyM === undefined ? [] : [words.accuracy(Math.round(accuracyM))]
  return [`${lat.toFixed(6)}, ${lon.toFixed(6)}`, words.age(Math.round(ageS)), ...accuracy].join(' · ')
}

export function positionOf(place: PlaceAsked, fix: TerminalState['fix']): NewReport['position'] | 'wrong' {
  if (place.by === 'none') return undefined
  if (place.by === 'fix') return fix && { lat: fix.lat, lon: fix.lon, source: 'fix' }
  const [lat, lon] = [degrees(place.lat), degrees(place.lon)]
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon, source: 'hand' } : 'wrong'
}

const degrees = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))
