import { BitmapLayer } from '@deck.gl/layers'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Heat } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { heatQuery } from '../api/tracks.ts'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { Problem } from '../shell/problem.tsx'
import { HEAT_GRADIENT, paintHeat } from './heat-picture.ts'
import { monthUpTo } from './range-presets.ts'

interface Props {
  range: Range
  /** None: everybody. */
  devices: readonly string[]
}

/** How often each place was passed in the month up to the range's last day: a picture on the map, and its legend. */
export function HeatMap({ range, devices }: Props) {
  const { t, q } = useWords()
  const month = monthUpTo(range.toMs)
  const heat = useQuery(heatQuery(month, devices))
  return (
    <div className="heat-legend" data-testid="heat-legend">
      {heat.isError && <Problem error={heat.error} onRetry={() => void heat.refetch()} />}
      {heat.isPending && <p className="quiet">{t.replay.heatLoading}</p>}
      {heat.data && <HeatPicture heat={heat.data} />}
      {heat.data?.most === 0 && <p className="quiet">{t.replay.heatNone}</p>}
      {heat.data !== undefined && heat.data.most > 0 && (
        <>
          <p className="quiet">{t.replay.heatOf(q.day(month.fromMs), q.day(month.toMs - 1))}</p>
          <div className="heat-scale">
            <span>1</span>
            <span className="heat-ramp" style={{ background: HEAT_GRADIENT }} />
            <span data-testid="heat-most">{t.replay.passes(q.number(heat.data.most))}</span>
          </div>
        </>
      )}
    </div>
  )
}

function HeatPicture({ heat }: { heat: Heat }) {
  const scene = useScene()
  useEffect(() => {
    if (!scene) return
    const { width, height, pixels, bounds } = paintHeat(heat)
    const layer = new BitmapLayer({
      id: 'heat-cells',
      image: new ImageData(pixels, width, height),
      bounds,
      // Cells are areas, not samples: their edges stay sharp.
      textureParameters: { minFilter: 'linear', magFilter: 'nearest' },
    })
    scene.setLayers('heat', [layer])
    return () => scene.setLayers('heat', [])
  }, [scene, heat])
  return null
}
