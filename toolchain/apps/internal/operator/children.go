package operator

// deployment is what runs for a resource: spec.replicas copies of the shop's api, with spec.version and spec.title.
func (o *operator) deployment(resource object) object {
	spec, _ := resource["spec"].(object)
	name := at(resource, "metadata", "name")
	replicas, ok := spec["replicas"].(float64)
	if !ok {
		replicas = 1
	}
	labels := object{"app": name, "managed-by": o.config.Name}
	environment := []object{
		{"name": "SERVICE_NAME", "value": name},
		{"name": "VERSION", "value": at(spec, "version")},
	}
	container := object{
		"name": "app", "image": o.config.Image, "args": []string{"api"}, "env": environment,
		"imagePullPolicy": "IfNotPresent",
		"ports":           []object{{"name": "http", "containerPort": appPort}},
		"readinessProbe":  object{"httpGet": object{"path": "/readyz", "port": "http"}, "periodSeconds": 1},
		"resources":       object{"requests": object{"cpu": "10m", "memory": "16Mi"}, "limits": object{"memory": "64Mi"}},
	}
	template := object{
		"metadata": object{"labels": labels},
		"spec": object{
			"terminationGracePeriodSeconds": 2, "automountServiceAccountToken": false, "containers": []object{container},
		},
	}
	return o.child(resource, "apps/v1", "Deployment", object{
		"replicas": replicas, "selector": object{"matchLabels": object{"app": name}}, "template": template,
	})
}

func (o *operator) service(resource object) object {
	return o.child(resource, "v1", "Service", object{
		"selector": object{"app": at(resource, "metadata", "name")},
		"ports":    []object{{"name": "http", "port": 80, "targetPort": "http"}},
	})
}

// child belongs to the resource: it goes when the resource goes.
func (o *operator) child(resource object, version, kind string, spec object) object {
	owner := object{
		"apiVersion": o.config.Group + "/" + o.config.Version, "kind": o.config.Kind, "controller": true,
		"name": at(resource, "metadata", "name"), "uid": at(resource, "metadata", "uid"),
	}
	metadata := object{
		"name": at(resource, "metadata", "name"), "namespace": at(resource, "metadata", "namespace"),
		"labels": object{"managed-by": o.config.Name}, "ownerReferences": []object{owner},
	}
	return object{"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}
}
