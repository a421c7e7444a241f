{{- define "gateway.name" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select the pods of one component. Arguments: root, component. */}}
{{- define "gateway.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "gateway.labels" -}}
{{ include "gateway.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Arguments: image, tag (used if the image has none). */}}
{{- define "gateway.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ default .tag .image.tag }}
{{- end -}}
{{- end -}}

{{- define "gateway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "gateway.name" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "gateway.configMapName" -}}
{{- default (printf "%s-declarative" (include "gateway.name" .)) .Values.kong.existingConfigMap -}}
{{- end -}}

{{/* The group of the socket: Kong and the plugin server have it. */}}
{{- define "gateway.socketGroup" -}}10001{{- end -}}

{{- define "gateway.redisHost" -}}
{{- default (printf "%s-redis" (include "gateway.name" .)) .Values.redis.host -}}
{{- end -}}

{{- define "gateway.runsRedis" -}}
{{- if and .Values.redis.enabled (not .Values.redis.host) -}}true{{- end -}}
{{- end -}}

{{/* The declarative file that the chart brings. */}}
{{- define "gateway.declarativeFile" -}}
{{- if .Values.kong.config -}}
{{- .Values.kong.config -}}
{{- else if .Values.redis.enabled -}}
{{- .Files.Get "files/kong-redis.yml" | replace "redis.of-the-release" (include "gateway.redisHost" .) | replace "port: 6379" (printf "port: %v" .Values.redis.port) -}}
{{- else -}}
{{- .Files.Get "files/kong.yml" -}}
{{- end -}}
{{- end -}}

{{/* Variables of a container. Arguments: own (set by the chart), env, secretEnv. */}}
{{- define "gateway.env" -}}
{{- $env := merge (dict) .env .own -}}
{{- range $name := keys $env | sortAlpha }}
- name: {{ $name }}
  value: {{ get $env $name | toString | quote }}
{{- end }}
{{- range $name := keys .secretEnv | sortAlpha }}
{{- $secret := get $.secretEnv $name }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: { name: {{ $secret.name }}, key: {{ $secret.key }} } }
{{- end }}
{{- end -}}

{{/* Every container, whatever it runs. */}}
{{- define "gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
