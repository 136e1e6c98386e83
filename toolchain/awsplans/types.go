package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"go.yaml.in/yaml/v3"
)

type description struct {
	Provider  map[string]any            `yaml:"provider"`
	Resources map[string]map[string]any `yaml:"resources"`
}

func parse(text []byte) (description, error) {
	var found description
	return found, yaml.Unmarshal(text, &found)
}

var kinds = map[string]schema.ValueType{
	"string": schema.TypeString, "bool": schema.TypeBool, "int": schema.TypeInt, "list": schema.TypeList,
	"set": schema.TypeSet, "map": schema.TypeMap,
}

// fieldSchemas reads the fields of a resource or block: words for an argument, a mapping with "is" for a block.
func fieldSchemas(described map[string]any) (map[string]*schema.Schema, error) {
	fields := map[string]*schema.Schema{}
	for name, value := range described {
		field, err := fieldSchema(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		fields[name] = field
	}
	return fields, nil
}

func fieldSchema(value any) (*schema.Schema, error) {
	switch value := value.(type) {
	case string:
		return argument(value)
	case map[string]any:
		words, ok := value["is"].(string)
		inner, found := value["of"].(map[string]any)
		if !ok || !found || len(value) != 2 {
			return nil, fmt.Errorf("a block has is and of")
		}
		field, err := argument(words)
		if err != nil {
			return nil, err
		}
		fields, err := fieldSchemas(inner)
		if err != nil {
			return nil, err
		}
		field.Elem = &schema.Resource{Schema: fields}
		return field, nil
	}
	return nil, fmt.Errorf("neither words nor a block")
}

// argument reads words such as "string optional computed new", "bool optional =true" or "list required max1".
func argument(words string) (*schema.Schema, error) {
	field := &schema.Schema{}
	for place, word := range strings.Fields(words) {
		switch kind, isKind := kinds[word]; {
		case place == 0 && isKind:
			field.Type = kind
		case word == "required":
			field.Required = true
		case word == "optional":
			field.Optional = true
		case word == "computed":
			field.Computed = true
		case word == "new":
			field.ForceNew = true
		case word == "attribute":
			field.ConfigMode = schema.SchemaConfigModeAttr
		case word == "max1":
			field.MaxItems = 1
		case strings.HasPrefix(word, "="):
			value, err := defaultOf(field.Type, word[1:])
			if err != nil {
				return nil, err
			}
			field.Default = value
		default:
			return nil, fmt.Errorf("%q is no word of a field", word)
		}
	}
	if field.Type == schema.TypeList || field.Type == schema.TypeSet || field.Type == schema.TypeMap {
		field.Elem = &schema.Schema{Type: schema.TypeString}
	}
	return field, nil
}

func defaultOf(kind schema.ValueType, word string) (any, error) {
	switch kind {
	case schema.TypeBool:
		return strconv.ParseBool(word)
	case schema.TypeInt:
		return strconv.Atoi(word)
	}
	return strings.ReplaceAll(word, "_", " "), nil
}
