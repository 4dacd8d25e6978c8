import { ScatterplotLayer } from '@deck.gl/layers'
import { useQuery } from '@tanstack/react-query'
import { Button, Space, Tooltip } from 'antd'
import { type ReactNode, useEffect, useState } from 'react'
import type { ComponentFeature } from '../../../../proto/district.ts'
import { componentsQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { Icon } from '../shell/icons.tsx'
import { useScene } from './map-view.tsx'
import { type Rgb, SLATE, WHITE } from './palette.ts'
import type { MapScene, Pickable } from './scene.ts'

/** Zoom, the whole district, and whether components are shown. */
export function MapButtons() {
  const { t } = useWords()
  const scene = useScene()
  const [components, setComponents] = useState(false)
  if (!scene) return null
  return (
    <div className="map-buttons">
      <Space.Compact orientation="vertical">
        <MapButton label={t.map.zoomIn} icon={<Icon name="plus" />} onClick={() => scene.zoomBy(1)} />
        <MapButton label={t.map.zoomOut} icon={<Icon name="minus" />} onClick={() => scene.zoomBy(-1)} />
      </Space.Compact>
      <MapButton label={t.map.whole} icon={<Icon name="whole" />} onClick={() => scene.showWholeDistrict()} />
      <MapButton
        label={components ? t.map.hideComponents : t.map.showComponents}
        icon={<Icon name="components" />}
        pressed={components}
        onClick={() => setComponents(!components)}
      />
      {components && <ComponentDots scene={scene} />}
    </div>
  )
}

function MapButton(props: { label: string; icon: ReactNode; onClick: () => void; pressed?: boolean }) {
  const { label, icon, onClick, pressed } = props
  return (
    <Tooltip title={label} placement="left">
      <Button
        aria-label={label}
        icon={icon}
        onClick={onClick}
        type={pressed ? 'primary' : 'default'}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      />
    </Tooltip>
  )
}

const STATUS_COLOURS: Record<ComponentFeature['properties']['status'], Rgb> = {
  intact: [74, 118, 140],
  damaged: [200, 110, 40],
  lost: [180, 40, 40],
  abandoned: SLATE,
}

interface ComponentDot extends Pickable {
  position: [number, number]
  colour: Rgb
}

function ComponentDots({ scene }: { scene: MapScene }) {
  const { data } = useQuery(componentsQuery)
  useEffect(() => {
    const dots = (data?.features ?? []).map(({ geometry, properties }): ComponentDot => {
      const [lon, lat] = geometry.coordinates
      return {
        position: [lon, lat],
        colour: STATUS_COLOURS[properties.status],
        picked: { kind: 'component', id: properties.code },
        title: `${properties.name}\n${properties.code}`,
      }
    })
    scene.setLayers('components', [
      new ScatterplotLayer<ComponentDot>({
        id: 'components',
        data: dots,
        pickable: true,
        getPosition: ({ position }) => position,
        getFillColor: ({ colour }) => colour,
        getLineColor: WHITE,
        stroked: true,
        lineWidthUnits: 'pixels',
        getLineWidth: 1,
        radiusUnits: 'meters',
        getRadius: 4,
        radiusMinPixels: 2,
        radiusMaxPixels: 7,
      }),
    ])
    return () => scene.setLayers('components', [])
  }, [scene, data])
  return null
}
