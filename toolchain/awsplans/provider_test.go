package main

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-plugin-sdk/v2/terraform"
)

func made(t *testing.T) *schema.Provider {
	t.Helper()
	provider, err := Provider()
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func TestItIsAProviderByTheSDKsOwnRules(t *testing.T) {
	if err := made(t).InternalValidate(); err != nil {
		t.Fatal(err)
	}
}

func TestABlocksReplacementIsPlannedAndAnUpdateIsNot(t *testing.T) {
	kind := made(t).ResourcesMap["aws_s3_bucket_public_access_block"]
	state := &terraform.InstanceState{ID: "a", Attributes: map[string]string{"id": "a", "bucket": "a", "block_public_acls": "true"}}
	for name, want := range map[string]bool{"a": false, "b": true} {
		config := terraform.NewResourceConfigRaw(map[string]any{"bucket": name, "block_public_acls": false})
		diff, err := kind.Diff(context.Background(), state, config, defaults{})
		if err != nil || diff == nil || diff.RequiresNew() != want {
			t.Fatalf("bucket %s: %v, %v", name, diff, err)
		}
	}
}

func TestNothingIsMadeChangedOrDestroyed(t *testing.T) {
	for name, kind := range made(t).ResourcesMap {
		for what, call := range map[string]func(context.Context, *schema.ResourceData, any) diag.Diagnostics{
			"create": kind.CreateContext, "delete": kind.DeleteContext, "update": kind.UpdateContext,
		} {
			if call == nil && what == "update" {
				continue
			}
			said := call(context.Background(), kind.TestResourceData(), defaults{})
			if !said.HasError() || !strings.Contains(said[0].Summary, Refusal) {
				t.Errorf("%s: %s: %v", name, what, said)
			}
		}
	}
}

func TestAMistakeInTheTypesNamesItsPlace(t *testing.T) {
	for _, wrong := range []string{"strnig optional", "string wanted", "bool optional =perhaps"} {
		if _, err := fieldSchemas(map[string]any{"size": wrong}); err == nil || !strings.HasPrefix(err.Error(), "size: ") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
