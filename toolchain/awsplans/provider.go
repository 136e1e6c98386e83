package main

import (
	"context"
	_ "embed"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

//go:embed types.yaml
var typesFile []byte

// Refusal is what every attempt to make, change or destroy something is answered with.
const Refusal = "This lab's AWS provider plans only: it makes, changes and destroys nothing"

type defaults struct{ tags map[string]any }

// Provider has the resource types of types.yaml. An error names the place in the file that is wrong.
func Provider() (*schema.Provider, error) {
	described, err := parse(typesFile)
	if err != nil {
		return nil, err
	}
	resources := map[string]*schema.Resource{}
	for name, fields := range described.Resources {
		if resources[name], err = resource(fields); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	own, err := fieldSchemas(described.Provider)
	if err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	return &schema.Provider{Schema: own, ResourcesMap: resources, ConfigureContextFunc: configure}, nil
}

func configure(_ context.Context, data *schema.ResourceData) (any, diag.Diagnostics) {
	found := defaults{tags: map[string]any{}}
	for _, block := range data.Get("default_tags").([]any) {
		if given, ok := block.(map[string]any); ok {
			maps.Copy(found.tags, given["tags"].(map[string]any))
		}
	}
	return found, nil
}

func resource(described map[string]any) (*schema.Resource, error) {
	fields, err := fieldSchemas(described)
	if err != nil {
		return nil, err
	}
	// Since version 6 of the provider every resource may say its region.
	fields["region"] = &schema.Schema{Type: schema.TypeString, Optional: true, Computed: true, ForceNew: true}
	made := &schema.Resource{Schema: fields, CreateContext: refuse, ReadContext: asItWas, DeleteContext: refuse}
	for _, field := range fields {
		if !field.ForceNew && (field.Required || field.Optional) {
			made.UpdateContext = refuse
		}
	}
	if _, ok := fields["tags"]; ok {
		fields["tags_all"] = &schema.Schema{
			Type: schema.TypeMap, Elem: &schema.Schema{Type: schema.TypeString}, Optional: true, Computed: true,
		}
		made.CustomizeDiff = mergeTags
	}
	return made, nil
}

func refuse(context.Context, *schema.ResourceData, any) diag.Diagnostics {
	return diag.Errorf("%s.", Refusal)
}

func asItWas(context.Context, *schema.ResourceData, any) diag.Diagnostics { return nil }

// mergeTags plans tags_all as the provider does: its default tags, then the resource's own.
func mergeTags(_ context.Context, diff *schema.ResourceDiff, meta any) error {
	if !diff.NewValueKnown("tags") || !diff.GetRawConfig().GetAttr("tags").IsWhollyKnown() {
		return diff.SetNewComputed("tags_all")
	}
	all := map[string]any{}
	if found, ok := meta.(defaults); ok {
		maps.Copy(all, found.tags)
	}
	maps.Copy(all, diff.Get("tags").(map[string]any))
	return diff.SetNew("tags_all", all)
}
